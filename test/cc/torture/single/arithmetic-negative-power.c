volatile int x = -77; volatile long y = -770000000000L;
int test(void) { return x / 2 + x / 4 + x / 8 + x % 4 + x % 16 + (int)(y / 1024) + (int)(y % 4096) + x / -2 + x % -8; }
// expect: 3543013100
