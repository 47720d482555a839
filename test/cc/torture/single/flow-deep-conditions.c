volatile int a = 1, b = 2, c = 3;
int test(void) { return a < b ? b < c ? a + b < c ? 1 : a + b == c ? 2 : 3 : 4 : 5; }
// expect: 2
