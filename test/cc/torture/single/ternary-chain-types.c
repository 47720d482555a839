volatile int k = 2;
int test(void) { unsigned char u = 200; long l = k > 1 ? u : -1; unsigned m = k ? -1 : 0; long n = k ? -1 : 0u; int z = (k == 1 ? 10 : k == 2 ? 20 : 30) + (k ? u : 'x'); return (int)l + (int)(m >> 28) + (int)(n >> 28) + z; }
// expect: 450
