volatile long a = -5;
int test(void) { __int128 x = a; x *= 1000; x >>= 3; __int128 y = -x; return (int)x + (int)(x >> 64) * 10 + (y > 0) * 100 + (x < 0) * 1000 + !x + !!x * 2; }
// expect: 467
