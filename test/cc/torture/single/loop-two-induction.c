int test(void) { int s = 0; for (int i = 0, j = 100; i < j; i += 7, j -= 3) s += i * j; unsigned k = 5; while (k--) s ^= k << k; return s; }
// expect: 25593
