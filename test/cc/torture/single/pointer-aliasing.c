static int f(int *a, int *b) { *a = 5; *b = 7; return *a; }
int test(void) { int x = 0, y = 0; return f(&x, &x) * 100 + f(&x, &y) * 10 + x + y; }
// expect: 762
