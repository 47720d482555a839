static const unsigned short table[8] = {1, 1, 2, 3, 5, 8, 13, 21};
int test(void) { int s = 0; for (int i = 0; i < 8; i++) s += table[i] * (i + 1); return s + table[7]; }
// expect: 374
