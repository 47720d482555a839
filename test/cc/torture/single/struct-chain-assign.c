struct s { int a, b; };
int test(void) { struct s x = {1, 2}, y, z; z = y = x; y.a = 5; (z = y).b; x = (y.b = 7, y); return x.a + x.b * 10 + z.a * 100 + z.b * 1000; }
// expect: 2575
