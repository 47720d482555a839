int f(unsigned x) { switch (x) { case 1: return 3; case 5: return 1; case 7: return 4; case 11: return 1; case 13: return 5; case 100: return 9; case 1000: return 2; case 10000: return 6; case 0x80000000u: return 8; } return 0; }
int test(void) { return f(1) + f(5) * 10 + f(7) + f(11) + f(13) * 100 + f(100) + f(1000) + f(10000) * 1000 + f(0x80000000u) * 10000 + f(6); }
// expect: 86529
