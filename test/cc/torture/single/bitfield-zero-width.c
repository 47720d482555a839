struct b { char a : 3; int : 0; char b : 3; int : 5; int c : 4; };
int test(void) { struct b x = {1, 2, 3}; return sizeof(x) * 100 + x.a + x.b * 4 + x.c * 16; }
// expect: 857
