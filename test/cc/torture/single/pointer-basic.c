static void swap(int *a, int *b) { int t = *a; *a = *b; *b = t; }
int test(void) { int x = 3, y = 5; swap(&x, &y); int *p = &x, **q = &p; **q += 10; *q = &y; *p = 7; return x * 100 + y; }
// expect: 1507
