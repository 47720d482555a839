struct cfg { int a; short b[3]; char name[8]; } cfg = {1, {2, 3, 4}, "abc"}; static struct cfg other;
int test(void) { other = cfg; other.b[1] = 30; cfg.a = 100; return other.a + other.b[1] + other.name[2] + cfg.a; }
// expect: 230
