struct __attribute__((packed)) b { unsigned a : 7; unsigned b : 13; unsigned long c : 40; unsigned d : 11; };
int test(void) { struct b x = {100, 5000, 0x1234567890UL, 1500}; x.b += 3; x.c += 1; x.d -= 1; return x.a + x.b + (int)(x.c >> 8) + x.d + sizeof(x); }
// expect: 305426507
