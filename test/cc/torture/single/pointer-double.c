static void set(int **p, int *v) { *p = v; }
int test(void) { int a = 1, b = 2, *p = &a; set(&p, &b); *p += 40; return a * 100 + b; }
// expect: 142
