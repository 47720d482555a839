int test(void) { unsigned char a[13]; __builtin_memset(a, 0x5a, sizeof(a)); __builtin_memset(a + 3, 0, 4); volatile int v = 7; __builtin_memset(a + 8, v, 3); int h = 0; for (int i = 0; i < 13; i++) h = h * 3 + a[i]; return h; }
// expect: 69110379
