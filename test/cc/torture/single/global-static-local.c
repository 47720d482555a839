static int counter(void) { static int n = 10; static char buf[3]; buf[n % 3]++; return n++ + buf[1]; }
int test(void) { counter(); counter(); return counter() * 10 + counter(); }
// expect: 145
