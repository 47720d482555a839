static __attribute__((noinline)) signed char sc(int x) { return x; }
static __attribute__((noinline)) unsigned short us(int x) { return x; }
static __attribute__((noinline)) _Bool bo(int x) { return x; }
int test(void) { volatile int x = 0x12380; return sc(x) + us(x) + bo(x) * 3; }
// expect: 8963
