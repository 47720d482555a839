static __attribute__((noinline)) int f(char c, unsigned char u, short s, _Bool b) { return c * 1000 + u + s * 10 + b; }
int test(void) { volatile int x = 0x1ff; return f(x, x, x - 0x200, x); }
// expect: 4294966542
