static int v = 1; static long l = 100;
int test(void) { int a = __atomic_fetch_add(&v, 2, __ATOMIC_SEQ_CST); int b = __atomic_add_fetch(&v, 3, 0); __atomic_store_n(&v, 50, 0); int c = __atomic_load_n(&v, 0); long d = __atomic_exchange_n(&l, 5, 5); long e = 5; int ok = __atomic_compare_exchange_n(&l, &e, 6, 0, 5, 5); e = 1; int no = __atomic_compare_exchange_n(&l, &e, 9, 0, 5, 5); return a + b * 10 + c * 100 + (int)d + ok * 10000 + no * 20000 + (int)l * 100000 + (int)e; }
// expect: 615167
