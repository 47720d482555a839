volatile int a = 3, b = 0;
int test(void) { int v[2] = {10, 20}; int r = v[a && !b] + v[!a || b]; r += (a && b) + (a || b) * 2 + !(a && b) * 4 + (!a == b) * 8 + ((a > 2) == (b < 1)) * 16 + -(a > b) * 32; return r; }
// expect: 28
