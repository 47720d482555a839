char g[] = "hello"; char h[8] = "wor"; char n[3] = "abc";
int test(void) { char l[] = "a\0b"; char k[6] = {'x', "y"[0]}; return sizeof(g) + sizeof(l) * 10 + g[4] + h[3] + h[7] + n[2] + k[1] + k[5] + "literal"[3]; }
// expect: 478
