static int divmod(int a, int b, int *q, int *r) { if (!b) return -1; *q = a / b; *r = a % b; return 0; }
int test(void) { int q, r; int e = divmod(47, 6, &q, &r); int f = divmod(1, 0, &q, &r); return q * 100 + r * 10 + e + f; }
// expect: 749
