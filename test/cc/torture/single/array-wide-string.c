int test(void) { const unsigned short u[] = u"h\u00e9"; const int w[] = L"wx"; return sizeof(u) + sizeof(w) * 10 + u[1] + w[1]; }
// expect: 479
