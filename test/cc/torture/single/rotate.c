static unsigned rl(unsigned x, int k) { return x << k | x >> (32 - k); } static unsigned long rr(unsigned long x, int k) { return x >> k | x << (64 - k); }
int test(void) { volatile int k = 7; return rl(0x12345678, k) ^ rl(0x80000001, 1) ^ (unsigned)rr(0x123456789abcdef0UL, k * 3); }
// expect: 3097032927
