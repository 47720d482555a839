struct __attribute__((packed)) p { char c; int i; short s; long long l; };
int test(void) { struct p v = {1, 0x01020304, -2, 0x1122334455667788LL}; v.i += 0x10; v.l ^= 0xff; int *q = &v.i; return v.i + v.s + (int)(v.l >> 32) + (int)v.l + (*q & 0xff) + v.c; }
// expect: 1737141730
