#include "case.h"
struct pair { u64 a, b; };
static noinline int add3(int a, int b, int c) { return a * 100 + b * 10 + c; }
static noinline u64 five(u8 a, i16 b, u32 c, i64 d, _Bool e) { return a + (u64)b * 3 + c * 5UL + d * 7 + e * 11; }
static noinline i8 narrow(int x) { return x; }
static noinline u16 narrow_u16(u64 x) { return x; }
static noinline _Bool truth(u64 x) { return x; }
static noinline void store(int *p, int v) { *p = v; }
static noinline u64 deep3(u64 x) { return x * 3 + 1; }
static noinline u64 deep2(u64 x) { return deep3(x) + deep3(x + 1); }
static noinline u64 deep1(u64 x) { return deep2(x) * deep2(x + 2); }
static noinline void fill_pair(struct pair *p, u64 v) { p->a = v; p->b = ~v; }
static inline int many(int a, int b, int c, int d, int e, int f, int g, int h) { return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8; }
noinline int functions_global(int x) { volatile int y = x; return y * 2; }
__attribute__((weak)) int functions_weak(int x) { volatile int y = x; return y + 7; }
static int declared_later(int x);
static always_inline int counter(void) { static int n; return ++n; }
static int plain(int x) { return x + 1; }
static always_inline u64 choose(u64 v) { if (v < 10) return 1; if (v < 100) { if (v & 1) return 2; return 3; } for (int i = 0; i < 3; i++) if (v == 200 + (u64)i) return 4 + i; return 9; }
CASE(call_three) { return add3(V(int, 1), V(int, 2), V(int, 3)); }
CASE(call_argument_types) { return five(V(int, 300), V(int, 40000), V(i64, -1), V(int, -5), V(u64, 1UL << 40)); }
CASE(call_narrow_result) { return (u64)narrow(V(int, 200)) + narrow_u16(V(u64, 0x12345678)) + truth(V(u64, 1UL << 33)); }
CASE(call_pointer) { int x = 0; store(&x, V(int, 77)); return x; }
CASE(call_pointer_array) { int a[4] = {0}; for (int i = 0; i < 4; i++) store(&a[i], i * i); return a[0] + a[1] * 10 + a[2] * 100 + a[3] * 1000; }
CASE(call_deep) { return deep1(V(u64, 5)); }
CASE(call_struct_pointer) { struct pair p; fill_pair(&p, V(u64, 1234567)); return p.a * 3 ^ p.b; }
CASE(call_many_inline) { return many(V(int, 1), 2, 3, V(int, 4), 5, 6, 7, V(int, 8)); }
CASE(call_global) { return functions_global(V(int, 21)); }
CASE(call_weak) { return functions_weak(V(int, 1)); }
CASE(call_declared_later) { return declared_later(V(int, 3)); }
static int declared_later(int x) { return x * x; }
CASE(call_in_expression) { return add3(plain(1), plain(plain(V(int, 1))), 0) + plain(5) * deep3(2); }
CASE(call_in_loop) { u64 s = 0; for (int i = 0; i < 8; i++) s = deep3(s ^ i); return s; }
CASE(call_in_condition) { return truth(V(u64, 0)) || (narrow(V(int, 128)) < 0 && truth(5)) ? 1 : 2; }
CASE(call_keeps_values) { u64 a = V(u64, 1), b = V(u64, 2), c = V(u64, 3), d = V(u64, 4), e = V(u64, 5), f = V(u64, 6); u64 r = deep3(a); return r + a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6; }
CASE(call_static_counter) { int before = counter(); return counter() - before + (counter() - before) * 10; }
CASE(call_early_returns) { u64 h = 1; static volatile u64 v[] = {5, 11, 12, 200, 201, 202, 203}; for (int i = 0; i < 7; i++) MIX(h, choose(v[i])); return h; }
CASE(pressure) { u64 v[12]; for (int i = 0; i < 12; i++) v[i] = V(u64, 3) * i + 1; u64 a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7], i = v[8], j = v[9], k = v[10], l = v[11]; u64 x = a * b + c * d + e * f + g * h + i * j + k * l; u64 y = (a ^ l) + (b ^ k) + (c ^ j) + (d ^ i) + (e ^ h) + (f ^ g); u64 z = deep3(x) + deep3(y); return x + y * 3 + z * 5 + a + b + c + d + e + f + g + h + i + j + k + l; }
CASE(pressure_loop) { u64 a = V(u64, 1), b = V(u64, 2), c = V(u64, 3), d = V(u64, 4), e = V(u64, 5), f = V(u64, 6), g = V(u64, 7), h = V(u64, 8), i = V(u64, 9), j = V(u64, 10), k = V(u64, 11); for (int n = 0; n < 9; n++) { a += b; b ^= c; c += d << 1; d ^= e; e += f; f -= g; g += h * 3; h ^= i; i += j; j -= k; k += a; } return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k; }
CASE(void_function_value) { int x = 1; V(int, 1) ? store(&x, 2) : store(&x, 3); return x; }
