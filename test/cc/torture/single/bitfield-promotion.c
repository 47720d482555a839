struct b { unsigned a : 3; unsigned long b : 35; };
int test(void) { struct b x = {1, 1}; return (x.a - 2 < 0) + ((x.a << 31) < 0) * 2 + (-x.a < 0) * 4; }
// expect: 7
