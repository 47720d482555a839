int f(int k) { for (int i = 0; ; i++) { if (i * i >= k) return i; } }
int test(void) { return f(10) + f(100) * 10 + f(0) * 1000; }
// expect: 104
