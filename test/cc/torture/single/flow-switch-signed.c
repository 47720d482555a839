int f(int x) { switch (x) { case -100: return 1; case -50: return 2; case -1: return 3; case 0: return 4; case 1: return 5; case 50: return 6; case 100: return 7; } return 8; }
int test(void) { int s = 0; int v[] = {-100, -50, -1, 0, 1, 50, 100, 5}; for (int i = 0; i < 8; i++) s = s * 9 + f(v[i]) % 9; return s; }
// expect: 6053444
