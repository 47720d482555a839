#include "case.h"
#include "types.h"
#define ASSIGN(T) CASE(assign_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) for (int j = 0; j < VALUES; j++) { T a = in_##T[i], b = in_##T[j]; a += b; MIX(h, a); a -= 3; MIX(h, a); a *= b; MIX(h, a); a &= ~b; MIX(h, a); a |= b >> 1; MIX(h, a); a ^= in_##T[i]; MIX(h, a); MIX(h, (a = b) + 1); MIX(h, (a += 5) == b); } return h; } \
	CASE(steps_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; MIX(h, a++); MIX(h, a); MIX(h, ++a); MIX(h, a--); MIX(h, --a); MIX(h, a); a++, a++; MIX(h, a); } return h; } \
	CASE(memory_steps_##T) { static T cell[3] = {1, 2, 3}; T *p = cell; u64 h = 1; for (int i = 0; i < VALUES; i++) { cell[1] += in_##T[i]; (*p)++; p[2] ^= p[1]++; MIX(h, cell[0]); MIX(h, cell[1]); MIX(h, cell[2]); } cell[0] = 1; cell[1] = 2; cell[2] = 3; return h; }
FOR_TYPES(ASSIGN)
CASE(chained) { int a, b; long c; unsigned char d; c = a = d = b = V(int, 1000); return a + b * 10 + c * 100 + d * 1000; }
CASE(compound_with_wider) { u8 a = V(u8, 200); a += 1000L; i32 b = V(i32, -7); b += 0x100000003L; i16 c = V(i16, 5); c *= 100000; u32 d = V(u32, 3); d -= 5; i8 e = V(i8, 100); e += e; return a + (u64)b * 3 + (u64)c * 5 + (u64)d * 7 + (u64)e * 11; }
CASE(compound_shift_wide_count) { u8 a = V(u8, 0x81); a <<= 3L; i8 b = V(i8, -128); b >>= 2UL; return a * 256 + (u8)b; }
CASE(comma) { int a = 1; int b = (a++, a += 5, a * 2); return b * 10 + a; }
CASE(conditional_lvalues) { int a = V(int, 1), b = V(int, 2); *(V(int, 0) ? &a : &b) = 9; return a * 10 + b; }
