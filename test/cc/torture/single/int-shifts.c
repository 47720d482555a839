int test(void) { int a = -16; unsigned b = 0x80000000u; long c = -16; return (a >> 2) + (b >> 28) + (int)(c >> 3) + (1 << 10) + (int)(1UL << 35 >> 30); }
// expect: 1058
