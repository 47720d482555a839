struct f { int n; char d[]; }; struct z { int n; char d[0]; };
int test(void) { char buf[16] = {0}; struct f *p = (struct f *)buf; p->n = 3; p->d[2] = 'q'; return sizeof(struct f) + sizeof(struct z) * 10 + buf[6] + p->n; }
// expect: 160
