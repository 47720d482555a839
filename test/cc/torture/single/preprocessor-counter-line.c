#define A __COUNTER__
int test(void) { int a = A, b = A; return (b - a) * 1000 + __LINE__; }
// expect: 1002
