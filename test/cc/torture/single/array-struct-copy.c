struct s { int v[4]; };
int test(void) { struct s a = {{1, 2, 3, 4}}, b; b = a; b.v[2] = 9; struct s c[2] = {a, b}; return c[0].v[2] * 10 + c[1].v[2] + sizeof(c); }
// expect: 71
