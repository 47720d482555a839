int test(void) { int a = -1; unsigned b = 1; long l = -1; return (a > b) + 2 * (l < b) + 4 * (a < (long)b) + 8 * ((short)-1 < (unsigned short)1); }
// expect: 15
