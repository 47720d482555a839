static char f(int x) { return x; } static unsigned char g(int x) { return x; } static long h(unsigned x) { return x; } static unsigned k(long x) { return x; } static _Bool m(long x) { return x; }
int test(void) { return f(200) + g(-1) + (int)(h(-1) >> 31) + (int)k(-1L << 33 | 5) + m(1L << 40); }
// expect: 206
