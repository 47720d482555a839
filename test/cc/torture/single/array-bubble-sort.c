int test(void) { int a[8] = {5, 2, 8, 1, 9, 3, 7, 4}; for (int i = 0; i < 8; i++) for (int j = 0; j < 7; j++) if (a[j] > a[j + 1]) { int t = a[j]; a[j] = a[j + 1]; a[j + 1] = t; } int s = 0; for (int i = 0; i < 8; i++) s = s * 8 + a[i] % 8; return s; }
// expect: 2739137
