static int x = 5, table[4] = { 1, 2, 3, 4 }; static int *p = &x, *q = &table[2]; static const char *word = "bpf";
const char *const names[] = { "x", "y" };
int test(void) { *p += 1; table[2] += x; return *p * 1000 + *q * 10 + word[1] + names[1][0]; }
// expect: 6323
