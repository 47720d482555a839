static int f(int x) { switch (x & 1) { case 0: return 5; case 1: return 6; } __builtin_unreachable(); }
int test(void) { volatile int x = 3; return f(x) * 10 + f(x + 1); }
// expect: 65
