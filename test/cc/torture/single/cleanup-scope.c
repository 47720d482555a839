static int log_; static __attribute__((noinline)) void done(int *p) { log_ = log_ * 10 + *p; }
static int f(int k) { int a __attribute__((cleanup(done))) = 1; if (k == 0) return 5; { int b __attribute__((cleanup(done))) = 2; if (k == 1) return 6; b = 3; } return 7; }
int test(void) { int r = f(0); r += f(1) * 10; r += f(2) * 100; return r * 100000 + log_; }
// expect: 76512131
