#define kind(x) _Generic((x), int: 1, unsigned: 2, long: 3, char *: 4, const char *: 5, default: 9)
int test(void) { char *p = 0; const char *q = 0; short s = 0; return kind(1) + kind(1u) * 10 + kind(1L) * 100 + kind(p) * 1000 + kind(q) * 10000 + kind(s) * 100000; }
// expect: 954321
