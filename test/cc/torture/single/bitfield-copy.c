struct b { unsigned char k : 4, v : 4; short s; };
int test(void) { struct b a = {3, 9, -7}, b = a, c[2] = {a, {1}}; b.k = a.v; c[1] = b; return a.k + b.k * 10 + c[0].v * 100 + c[1].v * 1000 + c[1].s; }
// expect: 9986
