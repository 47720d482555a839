#include "case.h"
#include "types.h"
#define CONVERT(T, S) CASE(convert_##S##_to_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) { S a = in_##S[i]; T b = a; MIX(h, b); MIX(h, (T)(a + 1)); MIX(h, (S)(T)a); MIX(h, (u64)(T)(a >> 1)); MIX(h, (T)a * 2); MIX(h, -(T)a); } return h; }
FOR_TYPES_WITH(CONVERT, i8) FOR_TYPES_WITH(CONVERT, u8) FOR_TYPES_WITH(CONVERT, i16) FOR_TYPES_WITH(CONVERT, u16)
FOR_TYPES_WITH(CONVERT, i32) FOR_TYPES_WITH(CONVERT, u32) FOR_TYPES_WITH(CONVERT, i64) FOR_TYPES_WITH(CONVERT, u64)
#define BOOLEAN(T) CASE(bool_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) { _Bool b = in_##T[i]; MIX(h, b); b = !b; MIX(h, b); b += in_##T[i]; MIX(h, b); MIX(h, b << 3); } return h; }
FOR_TYPES(BOOLEAN)
CASE(promote_chars) { u8 a = V(u8, 200), b = V(u8, 100); return (a + b) * 1000 + (u8)(a + b) + (a << 4) + (a - 201 < 0); }
CASE(usual_conversions) { i32 a = V(i32, -1); u32 b = V(u32, 1); i64 c = V(i64, -1); return (a > b) + (c < b) * 2 + (a < c + 1) * 4 + ((u64)(a + b)) * 8 + (u64)(a * (i64)b); }
CASE(long_constants) { u64 h = 1; MIX(h, sizeof(2147483647)); MIX(h, sizeof(2147483648)); MIX(h, sizeof(0xffffffff)); MIX(h, sizeof(4294967295)); MIX(h, 0xffffffff + 1); MIX(h, 4294967295 + 1); MIX(h, -2147483648); MIX(h, 0x80000000 < 0); MIX(h, 'a'); MIX(h, '\377'); MIX(h, '\x80' < 0); MIX(h, 'ab'); MIX(h, 077); MIX(h, 0b1011); MIX(h, sizeof('a')); MIX(h, sizeof(1LL)); MIX(h, sizeof(1UL)); return h; }
CASE(enum_types) { enum e { A = -1, B, C = 5, D }; enum f { X = 0xffffffff }; u64 h = 1; enum e v = V(enum e, D); MIX(h, v); MIX(h, A < 0); MIX(h, B); MIX(h, X > 0); MIX(h, sizeof(enum e)); v = A; MIX(h, v); MIX(h, v == A); return h; }
