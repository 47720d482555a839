static int __attribute__((unused)) u; __attribute__((cold)) static int f(int a __attribute__((unused))) { return 3; }
int test(void) { int v __attribute__((aligned(16))) = 4; return f(1) + v; }
// expect: 7
