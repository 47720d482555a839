#define SUM(...) SUM_(__VA_ARGS__, 4, 3, 2, 1, 0)
#define SUM_(a, b, c, d, n, ...) (n)
#define CALL(f, ...) f(0, ##__VA_ARGS__)
#define OPT(a, ...) (a __VA_OPT__(+) __VA_ARGS__)
static int f1(int a) { return a + 1; } static int f2(int a, int b) { return a + b; }
int test(void) { return SUM(9, 9, 9) * 100 + CALL(f1) + CALL(f2, 5) * 10 + OPT(3, 4) + OPT(5); }
// expect: 363
