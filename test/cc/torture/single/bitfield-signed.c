struct b { int a : 1; int b : 2; signed char c : 3; long d : 40; };
int test(void) { struct b x; x.a = 1; x.b = 2; x.c = 5; x.d = -5; x.d <<= 3; return x.a * 1000 + x.b * 100 + x.c * 10 + (int)x.d; }
// expect: 4294966026
