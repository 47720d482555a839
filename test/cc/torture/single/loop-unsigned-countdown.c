int test(void) { unsigned s = 0; for (unsigned i = 10; i-- > 0;) s = s * 3 + i; for (unsigned char c = 250; c; c++) s += c; return s; }
// expect: 252474
