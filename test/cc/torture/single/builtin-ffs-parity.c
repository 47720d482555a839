volatile int a = 0x80, z = 0; volatile long b = 1L << 40;
int test(void) { return __builtin_ffs(a) + __builtin_ffs(z) * 10 + __builtin_ffsl(b) * 100 + __builtin_parity(7) * 1000 + __builtin_parityl(b) * 2000; }
// expect: 7108
