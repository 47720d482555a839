#define G(a, b) a##b
#define H(a, b) G(a, b)
#define N 3
int test(void) { int x3 = 5, xN = 7; return H(x, N) * 10 + G(x, N) + G(0x, ff) + G(1, 2); }
// expect: 324
