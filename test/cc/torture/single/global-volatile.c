const volatile int limit = 100; volatile int v;
int test(void) { v = 3; v += v; if (v < limit) v++; return v + limit; }
// expect: 107
