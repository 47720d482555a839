int test(void) { int a = 10; a += 5; a -= 3; a *= 4; a /= 5; a %= 7; a <<= 3; a >>= 1; a |= 0x40; a &= 0x7f; a ^= 0x11; return a; }
// expect: 89
