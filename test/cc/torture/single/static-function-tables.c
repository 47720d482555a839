static int op0(int a, int b) { return a + b; } static int op1(int a, int b) { return a - b; } static int op2(int a, int b) { return a * b; }
static int run(int op, int a, int b) { switch (op) { case 0: return op0(a, b); case 1: return op1(a, b); default: return op2(a, b); } }
int test(void) { int s = 0; for (int i = 0; i < 3; i++) s = s * 100 + run(i, 9, 4); return s; }
// expect: 130536
