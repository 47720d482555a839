struct node { int v; struct node *next; };
int test(void) { struct node c = {3, 0}, b = {2, &c}, a = {1, &b}; int s = 0; for (struct node *p = &a; p; p = p->next) s = s * 10 + p->v; return s; }
// expect: 123
