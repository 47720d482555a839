struct v { int x, y; };
static struct v add(struct v a, struct v b) { return (struct v){a.x + b.x, a.y + b.y}; }
int test(void) { struct v a = {1, 2}, b = {3, 4}; struct v c = add(add(a, b), add(b, b)); return c.x * 100 + c.y; }
// expect: 1014
