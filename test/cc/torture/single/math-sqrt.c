static unsigned isqrt(unsigned long n) { unsigned long r = 0; for (int b = 31; b >= 0; b--) { unsigned long t = r | 1UL << b; if (t * t <= n) r = t; } return r; }
int test(void) { return isqrt(1000000) + isqrt(123456789012345UL) % 1000; }
// expect: 1111
