int test(void) { int a = 3; typeof(a) b = 4; __typeof__(a * 1L) c = 1L << 33; __auto_type d = c; typeof(int[3]) e = {1, 2, 3}; return a + b + (int)(d >> 32) + sizeof(c) + e[1] + sizeof(e); }
// expect: 31
