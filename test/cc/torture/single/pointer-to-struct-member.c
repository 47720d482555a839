struct s { int a, b, c; };
int test(void) { struct s x = {1, 2, 3}; int *p = &x.b; p[1] = 30; *(p - 1) = 10; struct s *q = (struct s *)((char *)p - __builtin_offsetof(struct s, b)); return q->a + q->c; }
// expect: 40
