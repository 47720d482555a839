int test(void) { int a[] = {[2] = 5, 6, [0] = 1, [6 ... 8] = 9}; return sizeof(a) / sizeof(a[0]) * 1000 + a[0] + a[2] * 10 + a[3] + a[7] * 100 + a[1]; }
// expect: 9957
