struct b { _Bool a : 1; _Bool b : 1; unsigned c : 6; };
int test(void) { struct b x = {0}; x.a = 4; x.b = x.a && 0; x.c = 70; x.b |= 2; return x.a + x.b * 2 + x.c * 4 + sizeof(x) * 1000; }
// expect: 4027
