volatile int v = -1;
int test(void) { return (unsigned char)(short)(long)(int)v + (short)(unsigned char)v + (int)(unsigned short)(signed char)v + (int)((unsigned long)(unsigned)v >> 32) + (int)((unsigned long)v >> 60); }
// expect: 66060
