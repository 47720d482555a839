union u { int i; unsigned char b[4]; short s[2]; };
int test(void) { union u x; x.i = 0x01020304; union u y = {.s = {1, 2}}; x.b[3] = 9; return x.b[0] * 100 + x.s[1] + y.i + sizeof(union u); }
// expect: 133783
