union u { unsigned raw; struct { unsigned lo : 12, mid : 12, hi : 8; }; };
int test(void) { union u x = {.raw = 0xabcdef12}; x.mid++; x.hi -= 2; union u y = {.lo = 5, .hi = 7}; return x.raw ^ y.raw; }
// expect: 2932735767
