struct s { int a; union { int i; char c[4]; struct { short lo, hi; }; }; };
int test(void) { struct s x = {.a = 1, .i = 0x41424344}; x.hi++; return x.a + x.c[0] + x.lo + x.hi + sizeof(x); }
// expect: 34004
