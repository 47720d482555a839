struct a { char c; _Alignas(16) int i; }; static _Alignas(32) char buf[3];
int test(void) { return sizeof(struct a) + __builtin_offsetof(struct a, i) + _Alignof(struct a) * 10; }
// expect: 208
