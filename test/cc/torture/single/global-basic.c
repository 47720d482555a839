int g = 5; static int s = 7; int z; const int c = 9; static long l = -3; unsigned char bytes[4] = {1, 2, 3, 4};
int test(void) { g += s; z = g * 2; bytes[2] = 50; l -= z; return g + z + c + (int)l + bytes[2] + bytes[3]; }
// expect: 72
