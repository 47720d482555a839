struct point { int x, y; };
int test(void) { struct point p = {3, 4}, *q = &p; q->x += 10; (*q).y *= 2; return p.x * 100 + p.y; }
// expect: 1308
