static int add(a, b, p) int a; short b, *p; { return a + b + *p; }
int test(void) { short s = 5; return add(100, 0x10003, &s); }
// expect: 108
