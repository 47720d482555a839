struct s { int a; long b; char c[5]; };
int test(void) { struct s x = {1, 2, "abc"}, y = {0}; y = x; x.a = 9; struct s z = y, *p = &z; p->c[1] = 'z'; *p = x; return y.a + y.b * 10 + y.c[2] + z.a * 1000 + z.c[1]; }
// expect: 9218
