volatile long long big = 0x123456789abcdef0LL;
int test(void) { unsigned char a = big; short b = big; int c = big; unsigned short d = big >> 16; return a + b + c + d; }
// expect: 2596100492
