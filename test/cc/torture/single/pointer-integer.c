int test(void) { long x[3] = {1, 2, 3}; unsigned long a = (unsigned long)&x[1], b = (unsigned long)x; return (int)(a - b) + (int)((char *)&x[2] - (char *)x); }
// expect: 24
