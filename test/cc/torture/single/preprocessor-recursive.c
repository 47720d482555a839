#define f(x) x + f(x)
#define a b
#define b a
int test(void) { int a = 3, b = 4;
#undef f
#define f(y) (y * 2)
return f(a) + b; }
// expect: 10
