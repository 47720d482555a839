static int a(int x) { return x + 1; } static int b(int x) { return a(x) * 2; } static int c(int x) { return b(x) + a(x); } static int d(int x) { return c(b(a(x))); }
int test(void) { return d(3) + c(4); }
// expect: 48
