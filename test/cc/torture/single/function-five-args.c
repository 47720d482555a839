static __attribute__((noinline)) long f(int a, long b, unsigned char c, short d, long e) { return a + b * 10 + c * 100 + d * 1000 + e * 10000; }
int test(void) { return f(1, 2, 3, 4, 5); }
// expect: 54321
