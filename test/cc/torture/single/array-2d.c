int test(void) { int a[3][4] = {{1, 2}, {3, 4, 5, 6}, 7}; int s = 0; for (int i = 0; i < 3; i++) for (int j = 0; j < 4; j++) s = s * 3 + a[i][j]; return s + sizeof a[0]; }
// expect: 306628
