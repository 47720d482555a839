int test(void) { unsigned __int128 a = (unsigned __int128)5 << 64 | 7, b = ~a; b &= a | 0xff; b ^= a; __int128 c = -(__int128)a; return (int)b + (int)(b >> 64) * 10 + (int)(c >> 64) * 100; }
// expect: 4294967001
