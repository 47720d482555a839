volatile unsigned a = 0x00f0a500; volatile unsigned long b = 0x00f0000000001000UL;
int test(void) { return __builtin_popcount(a) + __builtin_popcountl(b) * 10 + __builtin_clz(a) * 100 + __builtin_clzl(b) * 1000 + __builtin_ctz(a) * 10000 + __builtin_ctzl(b) * 100000; }
// expect: 1288858
