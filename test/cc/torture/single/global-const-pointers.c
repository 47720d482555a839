static const char *const names[] = {"alpha", "beta", "gamma"};
static const struct entry { const char *name; int value; } table[] = {{"x", 10}, {"yz", 20}, {0, 30}};
static int twice(int a) { return 2 * a; }
static int thrice(int a) { return 3 * a; }
static int (*const operations[])(int) = {twice, thrice};
static inline __attribute__((always_inline)) int look(int i) { return names[i][1] + table[i].value + (table[i].name ? table[i].name[0] : 0); }
int test(void) {
  int sum = 0;
#pragma unroll
  for (int i = 0; i < 3; i++) sum += look(i);
  struct entry copy = table[1];
  return sum + copy.name[1] + copy.value + operations[0](4) + operations[1](5);
}
// expect: 772
