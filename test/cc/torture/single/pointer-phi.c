volatile int k = 1;
int test(void) { int a[4] = {1, 2, 3, 4}; int *p = a; if (k) p = &a[2]; *p = 30; return a[0] + a[2]; }
// expect: 31
