int test(void) { int a[5]; char c; return sizeof a + sizeof(int) * 100 + sizeof c + sizeof(a[0]) + sizeof("abc") * 1000 + sizeof(1 ? c : 1) + sizeof(struct { char x[3]; }) + _Alignof(long) + sizeof(&a) + sizeof *a; }
// expect: 4452
