static int len(const char *s) { int n = 0; while (n < 32 && s[n]) n++; return n; }
static int eq(const char *a, const char *b, int n) { for (int i = 0; i < n; i++) if (a[i] != b[i]) return 0; return 1; }
static void cpy(char *d, const char *s, int n) { int i; for (i = 0; i < n - 1 && s[i]; i++) d[i] = s[i]; d[i] = 0; }
int test(void) { char a[16], b[16] = "hello"; cpy(a, b, 16); a[0] = 'j'; char c[4]; cpy(c, b, 4); return len(a) + len(c) * 10 + eq(a, b, 5) * 100 + eq(a + 1, b + 1, 4) * 1000 + c[2]; }
// expect: 1143
