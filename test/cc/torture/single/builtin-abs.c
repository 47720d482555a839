volatile int a = -5; volatile long b = -70000000000L;
int test(void) { return __builtin_abs(a) + __builtin_abs(3) + (int)(__builtin_labs(b) / 1000000000); }
// expect: 78
