struct p { int x, y; };
volatile int k = 1;
int test(void) { struct p a = {1, 2}, b = {3, 4}; struct p c = k ? a : b; c = k > 5 ? a : (a = b); return c.x * 10 + a.y + (k ? a : b).x * 100; }
// expect: 334
