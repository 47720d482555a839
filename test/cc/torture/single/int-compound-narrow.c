int test(void) { unsigned char a = 250; a += 10; unsigned short b = 1; b -= 2; signed char c = 100; c *= 2; a <<= 1; b >>= 4; return a + b + c; }
// expect: 4047
