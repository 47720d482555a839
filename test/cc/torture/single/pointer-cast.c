int test(void) { unsigned int v = 0x11223344; unsigned char *p = (unsigned char *)&v; unsigned short *h = (unsigned short *)(p + 2); return p[0] + p[3] * 10 + *h; }
// expect: 4624
