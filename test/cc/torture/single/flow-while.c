int test(void) { int n = 27, c = 0; while (n != 1) { n = n & 1 ? 3 * n + 1 : n / 2; c++; } return c; }
// expect: 111
