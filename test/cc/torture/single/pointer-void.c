static int get(const void *p, int kind) { return kind == 1 ? *(const char *)p : kind == 2 ? *(const short *)p : *(const int *)p; }
int test(void) { int v = 0x00010203; return get(&v, 1) + get(&v, 2) + get(&v, 4); }
// expect: 66569
