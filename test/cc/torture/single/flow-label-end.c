int test(void) { int x = 3; if (x == 3) { goto done; done: ; } return x; }
// expect: 3
