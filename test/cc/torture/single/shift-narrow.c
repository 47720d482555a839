int test(void) { unsigned char c = 0x81; signed char s = -127; unsigned short h = 0x8001; return (c << 1) + (c >> 1) + (s >> 1) + (s << 1) + (h << 1) + (h >> 15) + (unsigned char)(c << 1); }
// expect: 65545
