static int later(int); 
int test(void) { return later(4) + later(5); }
static int later(int x) { return x * x; }
// expect: 41
