int test(void) { char c = 127; c++; unsigned char u = 0; u--; short s = 32767; s += 2; return c * 1000 + u * 10 + s; }
// expect: 4294809079
