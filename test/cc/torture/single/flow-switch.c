int f(int x) { switch (x) { case 1: return 10; case 2: case 3: x += 5; break; case 10 ... 20: return 30; default: return 40; case -1: x = 7; } return x; }
int test(void) { return f(1) + f(2) * 2 + f(3) * 3 + f(15) * 5 + f(99) * 7 + f(-1) * 11 + f(10) + f(20) + f(21); }
// expect: 655
