int n; int f(int v) { n = n * 10 + v; return v; }
int test(void) { int a = f(1) && f(0) && f(2); int b = f(0) || f(3) || f(4); int c = !(f(5) && !f(0)); return n * 10 + a + b * 2 + c * 4; }
// expect: 1003502
