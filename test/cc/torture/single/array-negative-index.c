int test(void) { int a[5] = {10, 20, 30, 40, 50}; int *m = &a[2]; return m[-2] + m[-1] * 2 + m[2] * 3; }
// expect: 200
