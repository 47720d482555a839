int test(void) { int s = 0; for (int i = 0; i < 5; i++) for (int j = i; j < 5; j++) { if ((i + j) % 3 == 0) continue; if (i * j > 10) break; s += i * 10 + j; } return s; }
// expect: 90
