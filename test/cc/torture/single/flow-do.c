int test(void) { int i = 0, s = 0; do { s += i; if (i == 4) continue; s++; } while (++i < 7); do s++; while (0); return s; }
// expect: 28
