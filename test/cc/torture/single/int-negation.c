volatile int i = 5; volatile unsigned u = 5; volatile long l = 5;
int test(void) { return -i + (int)-u + (int)-l + ~i + (int)~u + (int)(~l >> 60) + !i + !!i; }
// expect: 4294967269
