volatile int n = 5; volatile long m = 37;
int test(void) { int a = 1 << n; unsigned b = 0xdeadbeefu >> n; long c = 1L << m; unsigned long d = ~0UL >> m; long e = -1000000L >> n; return a + (int)b + (int)(c >> 32) + (int)d + (int)e; }
// expect: 250934308
