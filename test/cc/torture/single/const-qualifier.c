static const struct { int a; const char n[4]; } cs[2] = {{1, "ab"}, {2, "cd"}};
int test(void) { const int x = 4; const int *p = &x; int s = 0; for (int i = 0; i < 2; i++) s += cs[i].a * cs[i].n[1]; return s + *p; }
// expect: 302
