#define SWAP(a, b) do { __typeof__(a) _t = (a); (a) = (b); (b) = _t; } while (0)
#define MAX(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })
int test(void) { int x = 3, y = 9; if (x < y) SWAP(x, y); else x = 100; return x * 10 + y + MAX(x++, 5) * 100 + MAX(MAX(1, 7), 4) + x; }
// expect: 1010
