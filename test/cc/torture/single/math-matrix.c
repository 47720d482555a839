int test(void) { int a[3][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 10}}, b[3][3] = {{2, 0, 1}, {1, 3, 2}, {0, 1, 4}}, c[3][3]; for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) { c[i][j] = 0; for (int k = 0; k < 3; k++) c[i][j] += a[i][k] * b[k][j]; } int s = 0; for (int i = 0; i < 9; i++) s = s * 5 + ((int *)c)[i]; return s; }
// expect: 2590533
