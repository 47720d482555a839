#define A(x, y) (x * 10 + y)
#define B(z) A(z, A(1, z))
#define EMPTY
#define ID(...) __VA_ARGS__
int test(void) { return B(B(2)) + A(EMPTY 5, 6 EMPTY) + ID(ID(7)); }
// expect: 425
