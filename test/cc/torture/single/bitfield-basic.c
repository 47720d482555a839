struct b { unsigned a : 3; unsigned b : 5; int c : 4; unsigned d : 20; };
int test(void) { struct b x = {5, 17, -3, 0xabcde}; x.a++; x.b += 20; x.c -= 2; x.d ^= 0xff; return x.a + x.b * 10 + x.c * 100 + x.d + sizeof(x) * 1000000; }
// expect: 4703077
