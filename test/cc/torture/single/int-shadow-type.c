typedef int T;
int test(void) { T T = 5; { long x = T; { int x = 7; T += x; } T += x; } return T + sizeof(T); }
// expect: 21
