int test(void) { int a = -17, b = 5; unsigned c = 17, d = 5; long e = -1000000000000L, f = 7; return a / b * 1000 + a % b * 100 + c / d * 10 + c % d + (int)(e / f % 1000) + (int)(e % f); }
// expect: 4294963270
