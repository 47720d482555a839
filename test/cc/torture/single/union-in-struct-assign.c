struct s { int k; union { int a; long b; } u; };
int test(void) { struct s x = {1, {.b = 0x500000002L}}, y; y = x; y.u.a = 7; return (int)(y.u.b >> 32) * 100 + y.u.a + y.k; }
// expect: 508
