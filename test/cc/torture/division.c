#include "case.h"
#include "types.h"
#define DIVISION(T) CASE(div_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) for (int j = 0; j < VALUES; j++) { T a = in_##T[i], b = in_##T[j]; if (b) { MIX(h, a / b); MIX(h, (T)(a / b)); } } return h; } \
	CASE(mod_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) for (int j = 0; j < VALUES; j++) { T a = in_##T[i], b = in_##T[j]; if (b) { MIX(h, a % b); MIX(h, (T)(a % b)); } } return h; } \
	CASE(divconst_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; MIX(h, a / 2); MIX(h, a / 8); MIX(h, a / 10); MIX(h, a / -3); MIX(h, a / 7); MIX(h, a / 100); MIX(h, a / -4); MIX(h, a / -1); MIX(h, a / 1); } return h; } \
	CASE(modconst_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; MIX(h, a % 2); MIX(h, a % 8); MIX(h, a % 10); MIX(h, a % -3); MIX(h, a % 16); MIX(h, a % 100); MIX(h, a % -4); MIX(h, a % 1); } return h; } \
	CASE(divassign_##T) { u64 h = 7; for (int i = 1; i < VALUES; i++) { T a = in_##T[i]; T c = 100; c /= a; MIX(h, c); c = 100; c %= a; MIX(h, c); a /= 3; MIX(h, a); a %= 5; MIX(h, a); } return h; }
FOR_TYPES(DIVISION)
CASE(div_i32_min) { i32 a = V(i32, -2147483647 - 1); return (u64)(a / 2) + (u64)(a / 3) + (u64)(a % 7) + (u64)(a / -2); }
CASE(div_i64_min) { i64 a = V(i64, -9223372036854775807L - 1); return (u64)(a / 2) + (u64)(a / 3) + (u64)(a % 7) + (u64)(a / -2); }
CASE(div_mixed) { u64 h = 1; for (int i = 0; i < VALUES; i++) { i32 a = in_i32[i]; u32 b = in_u32[(i + 3) % VALUES]; if (b) { MIX(h, a / b); MIX(h, a % b); } u64 c = in_u64[(i + 2) % VALUES]; if (c) MIX(h, a / c); i64 d = in_i64[i]; if (b) MIX(h, d / b); } return h; }
