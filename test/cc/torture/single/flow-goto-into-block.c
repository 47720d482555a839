int test(void) { int s = 1; if (s) goto in; { s = 50; in: s += 3; } goto skip; s = 99; skip: return s; }
// expect: 4
