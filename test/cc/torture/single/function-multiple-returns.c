static int cls(int x) { if (x < 0) return -1; if (x == 0) return 0; if (x > 100) return 2; return 1; }
int test(void) { return cls(-5) * 1000 + cls(0) + cls(50) * 10 + cls(500) * 100; }
// expect: 4294966506
