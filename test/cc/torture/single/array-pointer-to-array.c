int test(void) { int a[2][3] = {{1, 2, 3}, {4, 5, 6}}; int (*p)[3] = a; int s = (*p)[1]; p++; s = s * 10 + (*p)[2]; int *q = *p; return s * 10 + q[0] + sizeof(*p); }
// expect: 276
