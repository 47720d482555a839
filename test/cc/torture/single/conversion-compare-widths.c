volatile unsigned char a = 255; volatile signed char b = -1; volatile unsigned short c = 65535; volatile short d = -1; volatile unsigned e = ~0u; volatile long f = -1;
int test(void) { return (a == b) + (c == d) * 2 + (e == d) * 4 + (e == f) * 8 + ((unsigned long)b == (unsigned long)f) * 16 + (a > b) * 32 + (c < e) * 64 + ((int)e == b) * 128; }
// expect: 244
