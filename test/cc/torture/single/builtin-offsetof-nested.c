struct s { int a; struct { char b; short c[4]; } n[3]; };
int test(void) { return __builtin_offsetof(struct s, n[2].c[1]) * 100 + __builtin_offsetof(struct s, n); }
// expect: 2804
