volatile unsigned short h = 0x1234; volatile unsigned w = 0x12345678; volatile unsigned long d = 0x1122334455667788UL;
int test(void) { return __builtin_bswap16(h) + __builtin_bswap32(w) % 100000 + (int)(__builtin_bswap64(d) >> 32) + (int)__builtin_bswap64(d) % 1000 + __builtin_bswap16(0x0102); }
// expect: 2289556291
