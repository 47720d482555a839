int test(void) { int i = 1; int s = sizeof(i++) + sizeof(int[2]); return i * 100 + s; }
// expect: 112
