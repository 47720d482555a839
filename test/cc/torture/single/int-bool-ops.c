int test(void) { _Bool a = 1, b = 0; a ^= b; a |= 2; b = !a; return a + b * 2 + (a + a) * 4 + sizeof(_Bool) * 16; }
// expect: 25
