struct p { short a; char b[3]; }; struct q { struct p x, y; };
static struct p mp(int k) { struct p r = {k, {k + 1, k + 2, k + 3}}; return r; }
static struct q mq(int k) { return (struct q){mp(k), mp(k * 2)}; }
int test(void) { struct q v = mq(5); struct p w = mq(9).y; return v.x.a + v.y.b[2] * 100 + w.b[0] * 10000 + mq(1).x.b[1]; }
// expect: 191308
