static int sum(int n, int m[][3]) { int s = 0; for (int i = 0; i < n; i++) for (int j = 0; j < 3; j++) s = s * 2 + m[i][j]; return s; }
int test(void) { int m[3][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}; return sum(3, m) + sum(1, m + 2); }
// expect: 1066
