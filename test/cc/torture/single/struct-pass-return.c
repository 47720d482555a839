struct s { int a, b; long c; };
static struct s make(int a, int b) { struct s r = {a, b, a * b}; return r; }
static long sum(struct s v) { v.a++; return v.a + v.b + v.c; }
int test(void) { struct s x = make(3, 4); long t = sum(x); return t * 100 + x.a + make(5, 6).c; }
// expect: 2033
