int test(void) { int n = 0; for (int i = 2; i < 30; i++) { int ok = 1; for (int j = 2; j < i; j++) { if (i % j == 0) { ok = 0; break; } } if (ok) n = n * 2 + i; } return n; }
// expect: 3727
