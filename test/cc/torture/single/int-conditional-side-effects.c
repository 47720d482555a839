int n; int f(int v) { n += v; return v; }
int test(void) { int a = f(1) ? f(2) : f(4); int b = f(0) ?: f(8); int c = f(16) ?: f(32); return n * 100 + a + b + c; }
// expect: 2726
