int test(void) { int v[4] = {1, 2, 3, 4}, *p = v; int a = *p++, b = *++p, c = (*p)++, d = p[-1], e = *--p; return a + b * 10 + c * 100 + d * 1000 + e * 10000 + v[2] * 100000; }
// expect: 422331
