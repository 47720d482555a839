int test(void) { int s = 0; for (int i = 0; i < 4; i++) for (int j = 0; j < 4; j++) switch (i) { case 1: switch (j) { case 2: s += 100; break; default: s += 1; continue; } s += 1000; break; case 2: if (j == 3) break; s += 7; default: s += 10; } return s; }
// expect: 1234
