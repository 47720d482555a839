volatile int n = 70, m = 10, z = 0;
int test(void) { unsigned __int128 x = 0x123456789abcdef0UL; x |= (unsigned __int128)0xfedcba9876543210UL << 64; unsigned __int128 a = x << m, b = x >> m, c = x << n, d = x >> n, e = x >> z; __int128 s = x; s >>= n; unsigned __int128 t = a ^ b ^ c ^ d ^ e ^ (unsigned __int128)s; return (int)(t >> 96) ^ (int)(t >> 64) ^ (int)(t >> 32) ^ (int)t; }
// expect: 1646404061
