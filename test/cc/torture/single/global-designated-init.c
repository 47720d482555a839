struct r { int k; const int v[3]; }; static struct r rs[] = {[1] = {.k = 5, .v = {1, 2, 3}}, [3] = {7}};
int test(void) { volatile int i = 1; return rs[i].v[2] + rs[3].k * 10 + rs[0].k + sizeof(rs) / sizeof(rs[0]) * 100; }
// expect: 473
