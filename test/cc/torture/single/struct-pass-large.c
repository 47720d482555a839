struct big { long v[6]; int k; };
static __attribute__((noinline)) long sum(struct big b) { long s = b.k; for (int i = 0; i < 6; i++) { s += b.v[i] * (i + 1); b.v[i] = 0; } return s; }
int test(void) { struct big b = {{1, 2, 3, 4, 5, 6}, 7}; long a = sum(b), c = sum(b); return (int)(a * 100 + c - b.v[5]); }
// expect: 9892
