int test(void) { int s = 0; for (int i = 0; i < 6; i++) switch (i) { case 0: s += 1; case 1: s += 2; break; default: s += 100; case 3: s += 10; __attribute__((fallthrough)); case 4: s += 5; } return s; }
// expect: 255
