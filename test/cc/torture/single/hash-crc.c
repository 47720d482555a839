int test(void) { unsigned c = ~0u; const unsigned char d[9] = "123456789"; for (int i = 0; i < 9; i++) { c ^= d[i]; for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1; } return ~c; }
// expect: 3421780262
