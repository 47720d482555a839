struct a { char c[3]; short s; }; struct b { struct a x[2]; long l[0]; }; union u { struct a a; char z[9]; int i; };
int test(void) { struct b v; return sizeof(v.x) + sizeof(v.x[0].c) * 10 + sizeof(struct b) * 100 + sizeof(union u) * 10000 + sizeof(v.x[1].s + 1) + _Alignof(union u) + sizeof((char)1) + sizeof((short)1 + (char)1); }
// expect: 121655
