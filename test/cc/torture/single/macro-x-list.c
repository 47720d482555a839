#define LIST(X) X(red, 3) X(green, 5) X(blue, 7)
#define E(n, v) C_##n = v,
#define S(n, v) case C_##n: return sizeof(#n) * v;
enum { LIST(E) }; static int f(int c) { switch (c) { LIST(S) } return 0; }
int test(void) { return f(3) + f(5) * 100 + f(7) * 10000; }
// expect: 353012
