int test(void) { int s = 0; for (int i = 0; i < 10; i++) { if (i == 3) continue; if (i == 8) break; s += i; } for (;;) { if (++s > 30) break; } return s; }
// expect: 31
