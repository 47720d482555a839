static int clamp(unsigned long x) {
  unsigned long twice, more = 1;
  asm goto("%0 = %2; %1 += 2; if %2 > 5 goto %l3; %0 += %2" : "=r"(twice), "+r"(more) : "r"(x) : : large);
  return twice * 10 + more;
large:
  return 7;
}
int test(void) { return clamp(3) * 100 + clamp(9); }
// expect: 6307
