static int kind(unsigned long a) {
  asm goto("if %0 > 10 goto %l[big]" : : "r"(a) : : big);
  asm volatile goto("if %[a] == 3 goto %l[three]; if %[a] != 4 goto %l2" : : [a] "r"(a) : : three, other);
  return 4;
three:
  return 3;
other:
  return 0;
big:
  return 1;
}
#define can_loop ({ __label__ out, on; _Bool more = 1; asm volatile goto("may_goto %l[out]" : : : : out); goto on; out: more = 0; on:; more; })
int test(void) {
  volatile unsigned long n = 11, three = 3, four = 4, five = 5;
  int sum = 0;
  for (int i = 0; i < 5 && can_loop; i++) sum += i;
  while (can_loop) { if (++sum >= 20) break; }
  return sum * 10000 + kind(n) * 1000 + kind(three) * 100 + kind(four) * 10 + kind(five);
}
// expect: 201340
