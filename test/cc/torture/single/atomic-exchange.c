static int v = 10; static long w = 7;
int test(void) { int a = __sync_lock_test_and_set(&v, 20); int b = __sync_val_compare_and_swap(&v, 20, 30); int c = __sync_bool_compare_and_swap(&v, 99, 1); int d = __sync_bool_compare_and_swap(&w, 7, 8); return a + b * 2 + c * 100 + d * 200 + v * 1000 + (int)w * 100000; }
// expect: 830250
