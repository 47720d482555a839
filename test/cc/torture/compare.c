#include "case.h"
#include "types.h"
#define COMPARE(T, name, op) CASE(name##_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) for (int j = 0; j < VALUES; j++) { T a = in_##T[i], b = in_##T[j]; MIX(h, a op b); if (a op b) MIX(h, i * 16 + j); } return h; }
#define LT(T) COMPARE(T, lt, <)
#define LE(T) COMPARE(T, le, <=)
#define GT(T) COMPARE(T, gt, >)
#define GE(T) COMPARE(T, ge, >=)
#define EQ(T) COMPARE(T, eq, ==)
#define NE(T) COMPARE(T, ne, !=)
FOR_TYPES(LT) FOR_TYPES(LE) FOR_TYPES(GT) FOR_TYPES(GE) FOR_TYPES(EQ) FOR_TYPES(NE)
#define CONSTANT_COMPARE(T) CASE(cmpconst_##T) { u64 h = 3; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; \
	MIX(h, a < 0); MIX(h, a >= 0); MIX(h, a == -1); MIX(h, a > 100); MIX(h, a <= 7); MIX(h, a < 0x80000000UL); MIX(h, a == 4294967295U); MIX(h, a != -5L); MIX(h, a > -1); MIX(h, a & 4 ? 1 : 2); MIX(h, !(a & 1)); if (a & 2) MIX(h, 9); } return h; }
FOR_TYPES(CONSTANT_COMPARE)
#define LOGIC(T) CASE(logic_##T) { u64 h = 3; for (int i = 0; i < VALUES; i++) for (int j = 0; j < VALUES; j++) { T a = in_##T[i], b = in_##T[j]; MIX(h, a && b); MIX(h, a || b); MIX(h, !a != !b); MIX(h, (a > 1 && b < 5) || (a == b)); MIX(h, !(a && !b)); MIX(h, (_Bool)a + (_Bool)b); } return h; }
FOR_TYPES(LOGIC)
CASE(cmp_mixed_signs) { u64 h = 1; for (int i = 0; i < VALUES; i++) for (int j = 0; j < VALUES; j++) { i32 a = in_i32[i]; u32 b = in_u32[j]; i64 c = in_i64[j]; u64 d = in_u64[i]; i8 e = in_i8[i]; u8 f = in_u8[j]; MIX(h, a < b); MIX(h, a < c); MIX(h, b < c); MIX(h, c < d); MIX(h, e < f); MIX(h, e < b); MIX(h, e == f); MIX(h, a > d); } return h; }
CASE(side_effects) { int n = 0; int a = V(int, 0); (void)(a && n++); (void)(a || (n += 10)); (void)((a = V(int, 3)) && (n += 100)); (void)(a || (n += 1000)); return n; }
CASE(nested_conditions) { int r = 0; for (int i = 0; i < 16; i++) { int a = i & 1, b = i & 2, c = i & 4, d = i & 8; r = r * 2 + ((a || b) && (c || !d) ? 1 : (a ? b : c) ? 0 : 1); } return r; }
