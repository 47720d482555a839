struct v { long x, y, z; };
static __attribute__((noinline)) struct v mk(int k) { struct v r = {k, k * 2, k * 3}; return r; }
static __attribute__((noinline)) int use(struct v *p) { return p->x + p->y * p->z; }
int test(void) { struct v a = mk(3); a.x += mk(4).y; return use(&a); }
// expect: 65
