int test(void) { int a[5] = {1, 2, 3}; a[3] = a[0] + a[2]; int s = 0; for (int i = 0; i < 5; i++) s = s * 7 + a[i]; return s; }
// expect: 3262
