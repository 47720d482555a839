enum color { RED, GREEN = 5, BLUE, LAST = -1 };
enum big { B = 0x100000000LL, C };
int test(void) { enum color c = BLUE; enum { X = sizeof(enum color), Y }; return c + RED + GREEN * 10 + (LAST < 0) * 100 + X * 1000 + Y * 10000 + (int)(C >> 32) * 100000 + (c > LAST); }
// expect: 154157
