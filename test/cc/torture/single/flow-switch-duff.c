int test(void) { int n = 11, s = 0, i = (n + 3) / 4; switch (n % 4) { case 0: do { s += 1; case 3: s += 2; case 2: s += 4; case 1: s += 8; } while (--i > 0); } return s; }
// expect: 44
