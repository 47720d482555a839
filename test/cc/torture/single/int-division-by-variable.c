volatile int x = -100, y = 7; volatile unsigned z = 100, w = 7; volatile long long q = -100, r = -7;
int test(void) { return x / y + x % y * 10 + (int)(z / w) * 100 + (int)(z % w) * 1000 + (int)(q / r) * 10000 + (int)(q % r) * 100000; }
// expect: 4294910662
