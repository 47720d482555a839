struct p { int x, y; };
static int f(const struct p *p) { return p->x * 10 + p->y; }
int test(void) { int s = f(&(struct p){1, 2}); int *a = (int[]){7, 8, 9}; s += a[1] + (struct p){.y = 5}.y + ((int[3]){1, 2})[2]; for (int i = 0; i < 2; i++) s += f(&(struct p){i, i + 1}); return s; }
// expect: 38
