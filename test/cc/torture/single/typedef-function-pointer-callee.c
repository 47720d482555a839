typedef int (*op)(int); static int dbl(int x) { return x * 2; } static int inc(int x) { return x + 1; }
static inline __attribute__((always_inline)) int apply(op f, int x) { return f(x); }
int test(void) { return apply(dbl, 5) * 100 + apply(inc, apply(dbl, 3)); }
// expect: 1007
