static __attribute__((noinline)) int add(int a, int b) { return a + b; }
static __attribute__((noinline)) int mul(int a, int b) { int r = 0; for (int i = 0; i < b; i++) r = add(r, a); return r; }
int test(void) { return mul(6, 7) + add(mul(2, 3), mul(4, 5)); }
// expect: 68
