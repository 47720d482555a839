typedef unsigned __int128 u128;
typedef __int128 i128;
static unsigned long mix(u128 v) { return (unsigned long)v ^ (unsigned long)(v >> 64) * 31; }
int test(void) {
  volatile unsigned long one = 1, big = 0xfedcba9876543210UL;
  u128 a = (u128)big << 60 | big, b = (u128)one << 65 | 12345, c = a;
  i128 n = -(i128)a;
  c /= b;
  c %= 1000003;
  unsigned long r = mix(a / b) + mix(a % b) + mix(n / 7) + mix(n / -(i128)b) + mix((u128)c);
  return (r ^ r >> 32) & 0x7fffffff;
}
// expect: 1896154547
