struct p { int x, y; };
int test(void) { struct p a[] = {1, 2, {3}, 5, 6}; int m[2][2] = {1, 2, 3}; return sizeof(a) / sizeof(a[0]) + a[1].x * 10 + a[1].y * 100 + a[2].y * 1000 + m[1][0] * 10000 + m[1][1]; }
// expect: 36033
