int test(void) { char a[12] = "hello world", b[12]; __builtin_memcpy(b, a, 12); __builtin_memcpy(b + 6, a, 3); int h = 0; for (int i = 0; i < 12; i++) h = h * 31 + b[i]; return h; }
// expect: 3638828839
