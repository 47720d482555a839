__attribute__((noinline)) int sq(int x) { return x * x; }
__attribute__((noinline)) long long widen(int a, unsigned b) { return (long long)a * b; }
int test(void) { return sq(-7) + (int)(widen(-3, 4000000000u) >> 32); }
// expect: 46
