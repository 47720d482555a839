int test(void) { int x = ({ int a = 3; a *= 2; a + 1; }); int y = ({ if (x > 5) x = 1; else x = 2; x; }); ({ x++; }); return x * 10 + y + ({ struct { int q; } s = {5}; s; }).q; }
// expect: 26
