static int itoa_(char *d, unsigned v) { char t[12]; int n = 0, i; do { t[n++] = '0' + v % 10; v /= 10; } while (v && n < 11); for (i = 0; i < n; i++) d[i] = t[n - 1 - i]; d[n] = 0; return n; }
int test(void) { char b[16]; int n = itoa_(b, 4070901), h = 0; for (int i = 0; i < n; i++) h = h * 13 + b[i]; return h + n; }
// expect: 270502756
