int test(void) { int x = 1, y = 2, *p = &x, *q = &y; for (int i = 0; i < 5; i++) { int *t = p; p = q; q = t; *p += i; } return x * 100 + y; }
// expect: 508
