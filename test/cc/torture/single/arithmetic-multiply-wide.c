volatile unsigned a = 0xfffffff0, b = 0xffffff00; volatile int c = -100000, d = 100000;
int test(void) { return (int)((unsigned long)a * b >> 32) + (int)((long)c * d >> 8) + (int)(a * b) + (int)((unsigned long)(a * b)); }
// expect: 4255912716
