struct b { unsigned f : 5; int g : 5; };
int test(void) { struct b x = {3, -3}; return (x.f - 4 < 0) + (x.g < 0) * 2 + (x.f > x.g) * 4 + (~x.f < 0) * 8; }
// expect: 15
