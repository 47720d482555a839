volatile int x = 4, y = 0;
int test(void) { int r = 0; if (x && (y || x > 3) && !(y && x)) r |= 1; if ((x || y) && (!x || !y)) r |= 2; if (!(x > 3 || y)) r |= 4; r |= (x && y) << 3; r |= (x || y) << 4; return r; }
// expect: 19
