int test(void) { int i, j = 0, found = -1; int a[6] = {4, 8, 15, 16, 23, 42}; for (i = 0; i < 6; i++) { j += a[i]; if (a[i] == 16) { found = i; break; } } return found * 1000 + j * 10 + i; }
// expect: 3433
