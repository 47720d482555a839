int test(void) { const char s[] = "ab" "cd" "\x41" "B"; return sizeof(s) * 1000 + s[4] + s[5]; }
// expect: 7131
