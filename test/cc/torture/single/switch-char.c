int f(char c) { switch (c) { case 'a' ... 'z': return 1; case 'A' ... 'Z': return 2; case '0' ... '9': return 3; case '\n': return 4; case -1: return 5; } return 0; }
int test(void) { const char s[] = "aZ5\n\xff ."; int r = 0; for (int i = 0; i < 7; i++) r = r * 6 + f(s[i]); return r; }
// expect: 67140
