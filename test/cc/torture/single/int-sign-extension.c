volatile signed char a = -5; volatile short b = -500; volatile int c = -50000;
int test(void) { long x = a, y = b, z = c; unsigned long ux = a; return (int)(x + y + z) + (ux > 100) + (int)((unsigned)a >> 28); }
// expect: 4294916807
