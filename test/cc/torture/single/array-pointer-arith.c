int test(void) { long a[6] = {1, 2, 3, 4, 5, 6}; long *p = a + 1, *q = &a[5]; p += 2; q--; return (int)(q - p) + (p < q) * 10 + *p * 100 + p[-1] * 1000 + *(q - 2) * 10000 + 2[a]; }
// expect: 33414
