int test(void) { volatile int x = 5; int r = 0; if (__builtin_expect(x > 3, 1)) r = 1; if (__builtin_expect(!!(x == 9), 0)) r = 2; r += __builtin_constant_p(3) * 10 + __builtin_constant_p(x) * 100 + __builtin_choose_expr(1, 4, "x") + __builtin_types_compatible_p(int, const int) * 1000 + __builtin_types_compatible_p(int, long) * 2000; return r; }
// expect: 1015
