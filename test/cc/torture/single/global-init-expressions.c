enum { N = 3 }; static int a = N * 4 + (1 << 3), b = sizeof(int[N]), c = -1 > 0u ? 5 : 6, d = (char)300, e = !N, f = 'A' + 1; static unsigned long g = ~0UL >> 60;
int test(void) { return a + b * 10 + c * 100 + d + e + f + (int)g; }
// expect: 765
