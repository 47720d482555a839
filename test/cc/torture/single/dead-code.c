static int never(int x) { return x / 0; }
int test(void) { int r = 1; if (0) r = never(r); while (0) r++; if (sizeof(int) == 8) { r = 50; goto x; } x: switch (3) { case 1: r = 7; } return r; }
// expect: 1
