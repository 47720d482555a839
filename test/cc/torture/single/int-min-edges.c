int test(void) { int m = -2147483647 - 1; long n = -9223372036854775807L - 1; return (m < 0) + (m == -m) + (n < 0) * 2 + (m - 1 > 0) * 4 + (n == -n) * 8; }
// expect: 16
