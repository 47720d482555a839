int test(void) { char a[10] = "abcdefghi"; __builtin_memmove(a + 2, a, 6); int h = 0; for (int i = 0; i < 9; i++) h = h * 7 + a[i]; return h; }
// expect: 653229717
