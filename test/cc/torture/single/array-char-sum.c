int test(void) { char s[] = "The quick brown fox"; int h = 0; for (int i = 0; s[i]; i++) h = h * 31 + s[i]; return h; }
// expect: 2555631267
