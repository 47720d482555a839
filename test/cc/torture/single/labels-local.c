#define LAST(n) ({ __label__ again; int i = 0; again: i++; if (i < (n)) goto again; i; })
int test(void) {
  int x = 0;
  goto again;
again:
  x += LAST(3) * 100 + LAST(4) * 10;
  { __label__ out, unused; if (x) goto out; x = 0; unused: out: x++; }
  return x;
}
// expect: 341
