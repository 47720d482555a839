int test(void) { unsigned long a = 0xffffffffffffffffUL; a += 2; long b = 1L << 40; b *= 3; b -= 1; return (int)a + (int)(b >> 32) + (int)(b & 0xff); }
// expect: 1023
