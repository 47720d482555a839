static int v = 10; static long w = 5;
int test(void) { int a = __sync_fetch_and_add(&v, 5); int b = __sync_add_and_fetch(&v, 1); __sync_fetch_and_sub(&v, 2); long c = __sync_fetch_and_or(&w, 8); __sync_fetch_and_and(&w, 12); long d = __sync_xor_and_fetch(&w, 3); return a + b * 10 + v * 100 + (int)c * 1000 + (int)d * 10000; }
// expect: 156570
