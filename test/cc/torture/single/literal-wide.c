int test(void) {
  _Static_assert(sizeof(u'a') == 2 && sizeof(U'a') == 4 && sizeof(L'a') == 4 && sizeof('a') == 4, "");
  _Static_assert(U'\xffffffff' > 0 && L'\xffffffff' < 0, "");
  unsigned int *c32 = (__typeof__(&U""[0]))0;
  int *wide = (__typeof__(&L""[0]))0;
  int i = 1;
  return u"ab"[i] + U"\U0001F600"[0] + L"xy"[i] + (c32 == 0) + (wide == 0);
}
// expect: 128733
