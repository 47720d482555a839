static void clear(int *p) { *p = 0; }
static int f(void) { int v __attribute__((cleanup(clear))) = 42; return v; }
int test(void) { return f(); }
// expect: 42
