#include "case.h"
#include "types.h"
#define BINARY(T, name, op) CASE(name##_##T) { u64 h = 7; for (int i = 0; i < VALUES; i++) for (int j = 0; j < VALUES; j++) { T a = in_##T[i], b = in_##T[j]; MIX(h, a op b); } return h; }
#define ADD(T) BINARY(T, add, +)
#define SUB(T) BINARY(T, sub, -)
#define MUL(T) BINARY(T, mul, *)
#define AND(T) BINARY(T, and, &)
#define OR(T) BINARY(T, or, |)
#define XOR(T) BINARY(T, xor, ^)
FOR_TYPES(ADD) FOR_TYPES(SUB) FOR_TYPES(MUL) FOR_TYPES(AND) FOR_TYPES(OR) FOR_TYPES(XOR)
#define UNARY(T) CASE(unary_##T) { u64 h = 3; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; MIX(h, -a); MIX(h, ~a); MIX(h, +a); MIX(h, !a); MIX(h, (T)-a); MIX(h, (T)~a); } return h; }
FOR_TYPES(UNARY)
#define CONSTANTS(T) CASE(constants_##T) { u64 h = 3; for (int i = 0; i < VALUES; i++) { T a = in_##T[i]; \
	MIX(h, a + 3); MIX(h, 3 - a); MIX(h, a * 10); MIX(h, a * -7); MIX(h, a & 0x3c); MIX(h, a | 0x81); MIX(h, a ^ -1); MIX(h, a + 0x123456789L); MIX(h, a & 0xffffffff00L); \
	MIX(h, (T)(a + 3)); MIX(h, (T)(a * 100)); } return h; }
FOR_TYPES(CONSTANTS)
#define TERNARY(T) CASE(minmax_##T) { u64 h = 3; for (int i = 0; i < VALUES; i++) for (int j = 0; j < VALUES; j++) { T a = in_##T[i], b = in_##T[j]; MIX(h, a < b ? a : b); MIX(h, a > b ? a : b); MIX(h, a < b ? b - a : a - b); MIX(h, a ?: b); } return h; }
FOR_TYPES(TERNARY)
