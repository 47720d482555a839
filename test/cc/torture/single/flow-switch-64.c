int f(unsigned long x) { switch (x) { case 0x100000000UL: return 1; case 0x200000000UL: return 2; case 3: return 3; } return 4; }
int test(void) { return f(0x100000000UL) + f(0x200000000UL) * 10 + f(3) * 100 + f(0) * 1000; }
// expect: 4321
