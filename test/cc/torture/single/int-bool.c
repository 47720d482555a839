int test(void) { _Bool b = 42; _Bool c = 0 == 0; int *p = 0; _Bool d = p; b += 5; b--; return b + c * 2 + d * 4 + (_Bool)256 * 8 + (_Bool)0x100000000L * 16; }
// expect: 26
