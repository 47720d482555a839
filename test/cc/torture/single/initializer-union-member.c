union u { char c; int i; long l; struct { short a, b; } s; };
int test(void) { union u a = {5}, b = {.l = 1L << 40 | 3}, c = {.s = {1, 2}}, d = {.s.b = 4}; return a.i + (int)(b.l >> 40) * 10 + c.i + d.i; }
// expect: 393232
