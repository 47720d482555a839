struct in { int a, b; }; struct out { struct in x; int c; struct in y[2]; };
static struct in mk(int a) { return (struct in){a, a + 1}; }
int test(void) { struct in k = {7, 8}; struct out o = {k, 3, {mk(1), k}}; struct out p = {.y[1] = mk(5), .x = o.y[0]}; return o.x.b + o.y[0].b * 10 + o.y[1].a * 100 + p.y[1].b * 1000 + p.x.a * 10000; }
// expect: 16728
