int test(void) {
  volatile unsigned long in = 40, more = 2;
  unsigned long a = in, b = more, sum, difference, third;
  unsigned int narrow = 7;
  asm volatile("%[s] = %[a]\n%[s] += %[b]\n%[d] = %[a]\n%[d] -= %[b]\n%[t] = 5" : [s] "=&r"(sum), [d] "=&r"(difference), [t] "=r"(third) : [a] "r"(a), [b] "r"(b));
  asm volatile("%0 += 1; %1 += %2; w0 = 3; %w1 += w0" : "+r"(a), "+r"(narrow) : "r"(b) : "r0");
  asm volatile("%1 = %3; %0 = %2" : "=&r"(b), "=&r"(third) : "r"(third), "1"(b));
  return sum * 1000 + difference + a + narrow + b + third;
}
// expect: 42098
