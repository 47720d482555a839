int f(int x) { int r = -1; if (x == 1) goto out1; if (x == 2) goto out2; r = 0; goto out; out2: r -= 10; out1: r -= 100; out: return r; }
int test(void) { return f(0) + f(1) + f(2) * 2; }
// expect: 4294966973
