static unsigned gcd(unsigned a, unsigned b) { while (b) { unsigned t = a % b; a = b; b = t; } return a; }
int test(void) { int n = 0; for (int i = 2; i < 60; i++) { int p = 1; for (int j = 2; j * j <= i; j++) if (i % j == 0) { p = 0; break; } n += p; } return n * 100 + gcd(1071, 462); }
// expect: 1721
