int test(void) { int x = 1, y = 0; do { y = x; x = x * 2 + 1; } while (x < 100); return y * 1000 + x; }
// expect: 63127
