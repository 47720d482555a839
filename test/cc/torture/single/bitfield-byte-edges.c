struct __attribute__((packed)) b { unsigned a : 9; unsigned b : 17; unsigned c : 6; unsigned d : 23; }; 
static struct b g[3];
int test(void) { for (int i = 0; i < 3; i++) { g[i].a = 300 + i; g[i].b = 70000 + i; g[i].c = 60 + i; g[i].d = 5000000 + i; } unsigned s = 0; for (int i = 0; i < 3; i++) s = s * 7 + g[i].a + g[i].b + g[i].c + g[i].d; return s + sizeof(g); }
// expect: 289010577
