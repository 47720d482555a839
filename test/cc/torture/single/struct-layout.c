struct a { char c; long l; char d; }; struct b { char c; short s; int i; char d[3]; }; struct __attribute__((packed)) c { char c; long l; short s; }; struct d { char c; } __attribute__((aligned(16)));
int test(void) { return sizeof(struct a) + sizeof(struct b) * 10 + sizeof(struct c) * 100 + sizeof(struct d) * 1000 + __builtin_offsetof(struct a, d) + __builtin_offsetof(struct c, s) + _Alignof(struct d); }
// expect: 17285
