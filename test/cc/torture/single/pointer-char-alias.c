int test(void) { struct { int a; short b[2]; } s = {0x11223344, {1, 2}}; unsigned char *p = (void *)&s; p[1] = 0xff; ((short *)p)[3] = 9; return s.a + s.b[1] + p[4]; }
// expect: 287506254
