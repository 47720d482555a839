volatile unsigned char c = 0xf0; volatile short s = -2; volatile unsigned int u = 0xfffffff0;
int test(void) { long l = c * s; l += u; l ^= (long)s << 8; return (int)l ^ (int)(l >> 32); }
// expect: 4294967279
