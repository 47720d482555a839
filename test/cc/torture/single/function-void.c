static int n; static void bump(int k) { if (k < 0) return; n += k; }
static __attribute__((noinline)) void bump2(int *p) { *p *= 2; }
int test(void) { bump(5); bump(-1); bump2(&n); return n; }
// expect: 10
