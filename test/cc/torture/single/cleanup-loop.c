static int log_; static void done(int *p) { log_ = log_ * 3 + *p; }
int test(void) { for (int i = 0; i < 6; i++) { int x __attribute__((cleanup(done))) = i; if (i == 1) continue; if (i == 4) break; x++; } for (int j __attribute__((cleanup(done))) = 7, k = 0; k < 2; k++) j++; return log_; }
// expect: 462
