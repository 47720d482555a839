struct s { int a, b; struct { int c, d; } n; };
int test(void) { struct s x = {.a = 1, .b = 2, .n.c = 3, .n = {.d = 4}, .a = 5}; int v[4] = {[0 ... 3] = 7, [1] = 2, [3] = 9}; return x.a * 1000 + x.b * 100 + x.n.c * 10 + x.n.d + v[0] + v[1] * 3 + v[3]; }
// expect: 5226
