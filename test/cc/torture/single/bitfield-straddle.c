struct b { unsigned char a : 5; unsigned char b : 5; unsigned short c : 9; unsigned long d : 33; unsigned long e : 31; };
int test(void) { struct b x = {31, 21, 300, 0x1ffffffffUL, 0x7fffffff}; x.d -= 5; x.e >>= 3; return x.a + x.b * 2 + x.c * 3 + (int)(x.d >> 16) + (int)x.e + sizeof(x); }
// expect: 268567515
