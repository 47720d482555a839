static int first(int n, int a[n]) { return a[0] + n; }
int test(void) {
  unsigned long second = (unsigned long)1e9, half = (long)(-1.5 * 2 - 0.25), third = (int)0x1.8p3;
  int a[2] = {4, 5}, kind = 1;
  switch (kind) {
    case 1:
      kind += 10;
      [[fallthrough]];
    case 2:
      kind++;
      __attribute__((fallthrough));
    default:
      kind++;
  }
  return second / 1000000 + (int)half + third + (_Bool)0.5 + (char)3.9f + kind * 100 + first(2, a);
}
// expect: 2319
