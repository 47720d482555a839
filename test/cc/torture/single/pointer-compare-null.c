int test(void) { int x = 0, *p = 0, *q = &x; int r = 0; if (!p) r |= 1; if (q) r |= 2; if (p == 0) r |= 4; if (q != (void *)0) r |= 8; r |= (p || q) << 4; r |= (p && q) << 5; return r; }
// expect: 31
