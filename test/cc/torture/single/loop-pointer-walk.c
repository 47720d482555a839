int test(void) { int a[5] = {1, 2, 3, 4, 5}, s = 0; for (int *p = a, *e = a + 5; p != e; ++p) s = s * 10 + *p; for (int *p = &a[4]; p >= a; p -= 2) s += *p; return s; }
// expect: 12354
