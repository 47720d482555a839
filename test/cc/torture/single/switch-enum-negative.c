enum e { A = -2, B, C, D }; int f(enum e x) { switch (x) { case A: return 1; case B: return 2; case C: return 3; case D: return 4; } return 9; }
int test(void) { return f(A) * 1000 + f(B) * 100 + f(C) * 10 + f(D); }
// expect: 1234
