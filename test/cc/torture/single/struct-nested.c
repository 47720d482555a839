struct in { char a; short b; }; struct out { int x; struct in i[2]; struct { long l; } n; };
int test(void) { struct out o = {1, {{2, 3}, {4, 5}}, {6}}; o.i[1].b += o.i[0].a; o.n.l <<= 33; return o.x + o.i[1].b * 10 + (int)(o.n.l >> 32) * 100 + sizeof(struct out) * 1000; }
// expect: 25271
