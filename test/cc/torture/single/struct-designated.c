struct s { int a, b, c; struct { int d, e; } n; int f[3]; };
int test(void) { struct s x = {.c = 3, .a = 1, .n.e = 7, .f[1] = 5, .n = {.d = 8}}; return x.a + x.b * 10 + x.c * 100 + x.n.d * 1000 + x.n.e * 10000 + x.f[1] * 100000; }
// expect: 508301
