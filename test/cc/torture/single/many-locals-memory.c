static __attribute__((noinline)) void fill(int *p, int n, int v) { for (int i = 0; i < n && i < 16; i++) p[i] = v + i; }
int test(void) { int a[8], b[8], c[8], s = 0; fill(a, 8, 1); fill(b, 8, 100); for (int i = 0; i < 8; i++) c[i] = a[i] * b[7 - i]; for (int i = 0; i < 8; i++) s = s * 3 + c[i]; return s; }
// expect: 521132
