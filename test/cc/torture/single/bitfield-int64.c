struct b { unsigned long a : 50; long b : 14; };
volatile long k = -3;
int test(void) { struct b x = {0x3ffffffffffffUL, k}; x.a += 2; x.b *= 5; return (int)x.a + (int)x.b + (x.b < 0) * 100; }
// expect: 86
