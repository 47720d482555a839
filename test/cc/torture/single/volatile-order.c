static volatile int v[3];
int test(void) { v[0] = 1; v[1] = v[0] + 1; v[0] = 5; v[2] = v[0] * v[1]; return v[0] * 100 + v[1] * 10 + v[2]; }
// expect: 530
