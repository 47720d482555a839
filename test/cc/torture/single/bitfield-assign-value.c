struct b { unsigned a : 4; int s : 4; };
int test(void) { struct b x; int v = (x.a = 0x1f); int w = (x.s = 0xf); int y = x.a++; int z = ++x.s; return v * 1000 + w * 100 + y * 10 + z + x.a; }
// expect: 15050
