int test(void) { int x = 5; asm volatile("" : "+r"(x)); asm volatile("" ::: "memory"); x += 2; asm volatile("" : "=r"(x) : "0"(x)); return x; }
// expect: 7
