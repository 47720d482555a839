int f(unsigned char x) { switch (x) { case 250 ... 255: return 1; case 0 ... 5: return 2; } return 3; }
int test(void) { volatile unsigned char x = 248; int r = 0; for (int i = 0; i < 16; i++) r = r * 3 + f(x++); return r; }
// expect: 59790396
