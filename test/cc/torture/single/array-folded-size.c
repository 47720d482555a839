static const int n = 5; static const unsigned char sizes[3] = { 1, 2, 3 };
struct pair { int a; long b[4]; }; static const struct pair pair = { 7, { 1, 9, 3, 4 } };
int test(void) { const int m = 3; const long twice = m * 2; char a[n], b[m], c[twice], d[sizes[1]], e[pair.b[1]];
  char f[(long)&((struct pair *)0)->b[1]], g["ab"[1] - 'a' + 1]; static char h[m + 1]; enum { from = n }; _Static_assert(n == 5, "");
  int s = sizeof a; s = s * 10 + sizeof b; s = s * 10 + sizeof c; s = s * 10 + sizeof d; s = s * 10 + sizeof e;
  s = s * 100 + sizeof f; s = s * 10 + sizeof g; s = s * 10 + sizeof h; switch (s & 15) { case n: case m: s += from; } return s; }
// expect: 536291624
