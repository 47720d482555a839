static unsigned long second = 1e9; static int halves = 2.5 * 4;
static long half(long x) { return x / 2; }
int test(void) { unsigned int a = 0x1p3, b; b = 1.5e3; long c = -1e2; long long d = half(1e6);
  return (int)(second / 1000000) + a * 3 + b + c + d / 1000 + halves; }
// expect: 2934
