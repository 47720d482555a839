int test(void) { int a = 1, b; b = (a++, a + 5, a * 3); for (int i = 0, j = 10; i < j; i++, j--) a += j - i; return a * 100 + b; }
// expect: 3206
