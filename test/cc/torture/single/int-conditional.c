int test(void) { int a = 3, b = 0; int c = a ? b ? 1 : 2 : 3; long d = a > 2 ? -1 : 1u; int e = b ?: 7; return c + (int)(d >> 31) * 10 + e * 100; }
// expect: 712
