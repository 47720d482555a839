struct e { unsigned char k; unsigned short v; }; struct t { int n; struct e es[3]; };
static int find(struct t *t, int k) { for (int i = 0; i < t->n && i < 3; i++) if (t->es[i].k == k) return t->es[i].v; return -1; }
int test(void) { struct t t = {3, {{1, 100}, {2, 200}, {9, 900}}}; return find(&t, 2) + find(&t, 9) * 2 + find(&t, 5); }
// expect: 1999
