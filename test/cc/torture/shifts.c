#include "case.h"
#include "types.h"
#define SHIFTS(T) CASE(shl_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) for (int n = 0; n < (int)(sizeof((T)0 + 0) * 8); n += 5) { T a = in_##T[i]; MIX(h, a << n); MIX(h, (T)(a << n)); } return h; } \
	CASE(shr_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) for (int n = 0; n < (int)(sizeof((T)0 + 0) * 8); n += 5) { T a = in_##T[i]; MIX(h, a >> n); MIX(h, (T)(a >> n)); } return h; } \
	CASE(shiftconst_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; MIX(h, a << 1); MIX(h, a << 7); MIX(h, a >> 1); MIX(h, a >> 3); MIX(h, a >> 7); MIX(h, (u64)a << 33); MIX(h, (i64)a >> 33); MIX(h, (u64)a >> 33); MIX(h, a << 31); MIX(h, (a << 4) >> 4); } return h; } \
	CASE(shiftassign_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; a <<= 3; MIX(h, a); a >>= 1; MIX(h, a); a >>= V(int, 2); MIX(h, a); a <<= V(u8, 5); MIX(h, a); } return h; } \
	CASE(rotate_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; unsigned n = V(unsigned, 3); MIX(h, (T)((a << n) | (a >> (sizeof(T) * 8 - n)))); } return h; }
FOR_TYPES(SHIFTS)
CASE(shift_long_by_int) { u64 h = 1; for (int i = 0; i < 64; i += 3) { MIX(h, 1UL << i); MIX(h, -1L >> i); MIX(h, V(i64, -123456789012345L) >> i); MIX(h, V(u64, 0xfedcba9876543210UL) >> i); } return h; }
CASE(sign_extend_by_shifts) { int x = V(int, 0xff80); return (u64)((x << 24) >> 24) ^ (u64)((i64)V(u64, 0x80000000UL) << 32 >> 32); }
