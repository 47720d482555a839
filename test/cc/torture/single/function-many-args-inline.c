static inline __attribute__((always_inline)) int f(int a, int b, int c, int d, int e, int g, int h) { return a + b * 2 + c * 3 + d * 4 + e * 5 + g * 6 + h * 7; }
int test(void) { return f(1, 2, 3, 4, 5, 6, 7); }
// expect: 140
