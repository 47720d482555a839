static int log_; static void done(int *p) { log_ = log_ * 10 + *p; }
int test(void) { int n = 0; again: { int x __attribute__((cleanup(done))) = n; if (++n < 3) goto again; if (n == 3) goto out; x = 9; } out: return log_ * 10 + n; }
// expect: 123
