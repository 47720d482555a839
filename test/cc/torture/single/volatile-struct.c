static volatile struct { int a; char b; } s;
int test(void) { s.a = 5; s.b = 6; s.a += s.b; s.b = s.a; return s.a * 100 + s.b; }
// expect: 1111
