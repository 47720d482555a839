static int f(int x, long long y, unsigned long long u, unsigned v, unsigned char c)
{
  int r = x > 1.5;
  r = r * 2 + (x < -1.5);
  r = r * 2 + (2.5 >= x);
  r = r * 2 + (x == 2.0);
  r = r * 2 + (y <= 1e3);
  r = r * 2 + (u > 0.75);
  r = r * 2 + (v < 3.0);
  r = r * 2 + (c >= 200.5);
  r = r * 2 + (1.5 > 1);
  r = r * 2 + !0.0;
  r = r * 2 + (0.5 && x);
  return r * 2 + (0.1f + 0.2f > 0.3);
}

static int folded(void)
{
  enum { TWO = (int)2.9 };
  char three[(int)3.5];
  return (int)(100 * 1.25f) + (2.0 ? 5 : 6) + (_Bool)0.5 + (int)-2.7 + (unsigned char)200.7 + (int)(float)0.1 + sizeof(1.5f) +
         (int)(5 / 2.0 * 2) + (int)(sizeof(int) * 1.5) + TWO + sizeof(three);
}

int test(void)
{
  unsigned result = folded();
  for (int i = -4; i < 5; i++) result = result * 31 + f(i, i * 500LL, i, i, i * 60);
  return result & 0x7fffffff;
}
// expect: 1776383104
