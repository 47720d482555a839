int test(void) { int a = 5, b, c, d, e; b = a++; c = ++a; d = a--; e = --a; return b + c * 10 + d * 100 + e * 1000 + a * 10000; }
// expect: 55775
