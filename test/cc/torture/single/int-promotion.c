int test(void) { unsigned char a = 200, b = 100; signed char c = -3; return a + b + (a > c) + (c < 0u) + (unsigned char)(a + b); }
// expect: 345
