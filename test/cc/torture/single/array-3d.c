static int a[2][3][2];
int test(void) { for (int i = 0; i < 12; i++) ((int *)a)[i] = i; return a[1][2][0] * 100 + a[0][1][1] + (int)sizeof(a[0][0]); }
// expect: 1011
