volatile int x = 12345; volatile unsigned y = 0x80000000u;
int test(void) { return x * 0 + x * 1 + (x + 0) - (x - 0) + (x & -1) - (x | 0) + (x ^ x) + (x - x) + x / 1 + (x << 0) + (int)(y / 2) + (int)(y % 16) + x * 8 - x * 7 + x / 4 + x % 8; }
// expect: 1073794291
