struct n { int v; short k; }; static struct n ns[4] = {{1, 2}, {3, 4}, {5, 6}, {7, 8}};
int test(void) { int s = 0; for (struct n *p = ns; p < ns + 4; p++) { p->v += p->k; s = s * 3 + p->v; } return s + (int)(&ns[3] - ns) + (int)((char *)&ns[1] - (char *)&ns[0]); }
// expect: 203
