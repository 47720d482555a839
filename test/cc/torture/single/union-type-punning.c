union u { long l; int i[2]; struct { unsigned char lo; } p; };
int test(void) { union u x = {0x1122334455667788L}; x.i[1] ^= 0xff; return (int)(x.l >> 32) + x.p.lo + x.i[0] % 1000; }
// expect: 287454907
