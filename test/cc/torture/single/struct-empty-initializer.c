struct s { int a[6]; long b; };
int test(void) { struct s x = {}; struct s y = {0}; int z[4] = {}; x.a[3] = 4; return x.a[3] + x.a[5] + (int)y.b + z[2] + x.b; }
// expect: 4
