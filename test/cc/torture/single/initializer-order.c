int n; static int nx(void) { return ++n; }
int test(void) { int a[3] = {nx(), nx(), nx()}; struct { int x, y; } s = {.x = nx(), .y = nx()}; return a[0] * 10000 + a[1] * 1000 + a[2] * 100 + s.y * 10 + s.x; }
// expect: 12354
