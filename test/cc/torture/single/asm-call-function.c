static int table[4] = {1, 2, 3, 4};
static long twice(long x) { return x * 2; }
static __attribute__((noinline, used)) long thrice(long x) { return x * 3; }
static __attribute__((naked)) long seven(void) { asm volatile("r0 = 7; if r0 == 7 goto l%=; r0 = 8; l%=: exit"); }
int test(void) {
  long a, b; int *c;
  asm volatile("r1 = %1; call %[fn]; %0 = r0" : "=r"(a) : "r"((long)table[1]), [fn] "i"(twice) : "r0", "r1", "r2", "r3", "r4", "r5");
  asm volatile("r1 = %1; call thrice; %0 = r0" : "=r"(b) : "r"(a) : "r0", "r1", "r2", "r3", "r4", "r5");
  asm volatile("%0 = %1 ll" : "=r"(c) : "i"(&table[2]));
  return a * 100 + b + *c * 1000 + seven() * 10000;
}
// expect: 73412
