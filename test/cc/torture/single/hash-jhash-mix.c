#define rol(x, k) (((x) << (k)) | ((x) >> (32 - (k))))
int test(void) { unsigned a = 0x9e3779b9, b = 7, c = 11; for (int i = 0; i < 5; i++) { a -= c; a ^= rol(c, 4); c += b; b -= a; b ^= rol(a, 6); a += c; c -= b; c ^= rol(b, 8); b += a; } return a ^ b ^ c; }
// expect: 3701404562
