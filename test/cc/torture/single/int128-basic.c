typedef unsigned __int128 u128; typedef __int128 i128;
volatile unsigned long a = 0xffffffffffffffffUL, b = 3;
int test(void) { u128 x = a; x += 5; u128 y = (u128)b << 64; y -= x; u128 z = x * b; return (int)(x >> 64) + (int)(y >> 64) * 10 + (int)z + (int)(z >> 64) * 100 + (x < y) * 1000 + (x == x) * 2000 + sizeof(x) * 10000; }
// expect: 163323
