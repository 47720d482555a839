#include "case.h"
static volatile u64 in[] = {0, 1, 2, 0xffffffffffffffffUL, 0x8000000000000000UL, 0x123456789abcdefUL, 10, 0x7fffffffffffffffUL};
#define N 8
#define MIXW(h, v) do { u128 w_ = (v); MIX(h, (u64)w_); MIX(h, (u64)(w_ >> 64)); } while (0)
#define PAIRS for (int i = 0; i < N; i++) for (int j = 0; j < N; j++)
#define LOAD u128 a = ((u128)in[i] << 64) | in[j], b = ((u128)in[j] << 64) + in[(i + 3) & 7]; i128 s = (i128)a, t = (i128)b; (void)s; (void)t; (void)b;
CASE(w_add) { u64 h = 1; PAIRS { LOAD MIXW(h, a + b); MIXW(h, s + 1); MIXW(h, a - b); MIXW(h, s - t); } return h; }
CASE(w_logic) { u64 h = 1; PAIRS { LOAD MIXW(h, a & b); MIXW(h, a | b); MIXW(h, a ^ b); MIXW(h, ~a); MIXW(h, -s); MIX(h, !a); } return h; }
CASE(w_compare) { u64 h = 1; PAIRS { LOAD MIX(h, a == b); MIX(h, a != b); MIX(h, a < b); MIX(h, a >= b); MIX(h, s < t); MIX(h, s <= t); MIX(h, s > t); MIX(h, a == 0); MIX(h, s < 0); if (a) MIX(h, 3); } return h; }
CASE(w_shift_constant) { u64 h = 1; PAIRS { LOAD MIXW(h, a << 1); MIXW(h, a << 64); MIXW(h, a << 100); MIXW(h, a >> 1); MIXW(h, a >> 64); MIXW(h, a >> 77); MIXW(h, s >> 3); MIXW(h, s >> 64); MIXW(h, s >> 127); } return h; }
CASE(w_shift_variable) { u64 h = 1; static volatile int n[] = {0, 1, 31, 63, 64, 65, 100, 127}; for (int i = 0; i < N; i++) { int j = (i + 2) & 7; LOAD for (int k = 0; k < 8; k++) { MIXW(h, a << n[k]); MIXW(h, a >> n[k]); MIXW(h, s >> n[k]); } } return h; }
CASE(w_multiply) { u64 h = 1; PAIRS { LOAD MIXW(h, a * b); MIXW(h, (u128)in[i] * in[j]); MIXW(h, a * 10); MIXW(h, (i128)(i64)in[i] * (i64)in[j]); } return h; }
CASE(w_convert) { u64 h = 1; for (int i = 0; i < N; i++) { i128 s = (i64)in[i]; u128 u = in[i]; MIXW(h, s); MIXW(h, u); MIX(h, (int)s); MIX(h, (u8)u); MIX(h, (_Bool)u); MIXW(h, (i128)(i32)in[i]); MIXW(h, (u128)(u8)in[i]); MIXW(h, (_Bool)in[i]); } return h; }
CASE(w_assign) { u64 h = 1; PAIRS { LOAD u128 c; c = a; c += b; MIXW(h, c); c -= 5; MIXW(h, c); c <<= 3; MIXW(h, c); c |= b; MIXW(h, c); c++; MIXW(h, c); --c; MIXW(h, c); c ^= a; MIXW(h, c); c >>= 1; MIXW(h, c); } return h; }
CASE(w_struct) { struct { u8 a; u128 b; } s = {1, ((u128)V(u64, 5) << 64) | 6}; u64 h = sizeof(s); MIXW(h, s.b); s.b += 1; MIXW(h, s.b); return h; }
CASE(w_array) { u128 v[3] = {1, 2}; v[2] = v[1] + V(u64, ~0UL); u64 h = 1; for (int i = 0; i < 3; i++) MIXW(h, v[i]); return h; }
static u128 wide_global = ((u128)1 << 100) | 7; static const i128 wide_negative = -5;
CASE(w_global) { u64 h = 1; MIXW(h, wide_global); MIXW(h, wide_negative); wide_global = wide_global; return h; }
static always_inline u128 double_it(u128 v) { return v + v; }
CASE(w_call) { u64 h = 1; MIXW(h, double_it(((u128)V(u64, 3) << 64) | 0x8000000000000000UL)); return h; }
CASE(w_conditional) { u128 a = V(u64, 3), b = (u128)V(u64, 4) << 70; u64 h = 1; MIXW(h, V(int, 1) ? a : b); MIXW(h, a > b ? a : b); return h; }
CASE(w_address) { u128 a = ((u128)V(u64, 3) << 64) | 4; u64 *p = (u64 *)&a; p[0]++; return p[0] * 10 + p[1] + (u64)(a >> 64); }
CASE(w_mixed) { u128 a = V(u64, 5); i64 b = V(i64, -1); u32 c = V(u32, 7); u64 h = 1; MIXW(h, a + b); MIXW(h, a * c); MIXW(h, a - c); MIX(h, a > c); MIX(h, (i128)b < c); return h; }
CASE(w_ipv6) { union { u128 all; u8 bytes[16]; u32 words[4]; } ip = {.words = {V(u32, 0xb80d0120), 0, 0, 0x01000000}}; u64 h = 1; MIX(h, ip.all != 0); for (int i = 0; i < 16; i++) MIX(h, ip.bytes[i]); u128 mask = ~(u128)0 << V(int, 40); MIXW(h, ip.all & mask); return h; }
