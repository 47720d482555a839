int test(void) { char a[10] = "abcdefghi", b[10] = "abcdefghi", c[10] = "abcdXfghi"; int r = __builtin_memcmp(a, b, 10) == 0; int s = __builtin_memcmp(a, c, 10) > 0; int t = __builtin_memcmp(c, a, 9) < 0; return r + s * 2 + t * 4 + (__builtin_memcmp(a, c, 4) == 0) * 8; }
// expect: 15
