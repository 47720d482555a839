int test(void) { int i = 0, n = 0; while (i++, n += i, n < 20) ; for (i = 0; n--, i < 3; i++) n += 2; return (n > 3 ? (n++, n) : (n--, -n)) * 10 + i; }
// expect: 243
