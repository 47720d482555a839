static __attribute__((noinline)) int id(int x) { return x; }
int test(void) { int a = id(1), b = id(2), c = id(3), d = id(4), e = id(5), f = id(6), g = id(7); return a + b * 2 + c * 4 + d * 8 + e * 16 + f * 32 + g * 64 + id(a + g); }
// expect: 777
