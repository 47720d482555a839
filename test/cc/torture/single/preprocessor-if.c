#define FOO 2
#if FOO == 2 && defined(FOO) && !defined BAR && (1 ? 2 : 1 / 0) == 2
#define R1 1
#elif 1
#define R1 2
#endif
#if 0
# error no
#elif -1 > 0u && 0x10 == 16 && 'A' == 65
#define R2 3
#else
#define R2 4
#endif
#ifndef BAR
#define R3 5
#endif
int test(void) { return R1 * 100 + R2 * 10 + R3; }
// expect: 135
