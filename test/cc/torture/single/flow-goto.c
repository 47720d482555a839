int test(void) { int i = 0, s = 0; again: s += i; if (++i < 5) goto again; if (s > 5) goto end; s = 100; end: return s; }
// expect: 10
