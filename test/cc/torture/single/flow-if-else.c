int f(int a) { if (a < 0) return 1; else if (a == 0) return 2; else if (a < 10) { if (a & 1) return 3; return 4; } return 5; }
int test(void) { return f(-5) + f(0) * 10 + f(3) * 100 + f(4) * 1000 + f(100) * 10000; }
// expect: 54321
