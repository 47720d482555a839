int test(void) { int a = 1, b = 2, c = 3; for (int i = 0; i < 7; i++) { int t = a; a = b; b = c; c = t; } return a * 100 + b * 10 + c; }
// expect: 231
