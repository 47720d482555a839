static unsigned log2_(unsigned v) { unsigned r, s; r = (v > 0xffff) << 4; v >>= r; s = (v > 0xff) << 3; v >>= s; r |= s; s = (v > 0xf) << 2; v >>= s; r |= s; s = (v > 3) << 1; v >>= s; r |= s; r |= v >> 1; return r; }
static unsigned log2l_(unsigned long v) { unsigned hi = v >> 32; return hi ? log2_(hi) + 32 : log2_(v); }
int test(void) { int s = 0; for (int i = 1; i < 60; i += 7) s = s * 3 + log2l_(1UL << i | 5); return s; }
// expect: 50814
