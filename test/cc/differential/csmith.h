// The run-time part that programs made by csmith expect, small enough for BPF: integer types, checked arithmetic, checksum.
#ifndef CSMITH_H
#define CSMITH_H

typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long int64_t;
typedef unsigned long uint64_t;

#define INT8_MIN (-127 - 1)
#define INT8_MAX 127
#define INT16_MIN (-32767 - 1)
#define INT16_MAX 32767
#define INT32_MIN (-2147483647 - 1)
#define INT32_MAX 2147483647
#define INT64_MIN (-9223372036854775807L - 1)
#define INT64_MAX 9223372036854775807L

// As csmith's safe_math.h: where C leaves the result undefined, the first operand.
#define SIGNED_OPERATIONS(T, MIN, MAX) \
	static inline T safe_unary_minus_func_##T##_s(T a) { return a == MIN ? a : -a; } \
	static inline T safe_add_func_##T##_s_s(T a, T b) \
	{ return ((a > 0 && b > 0 && a > (MAX - b)) || (a < 0 && b < 0 && a < (MIN - b))) ? a : a + b; } \
	static inline T safe_sub_func_##T##_s_s(T a, T b) \
	{ return ((b < 0 && a > MAX + b) || (b > 0 && a < MIN + b)) ? a : a - b; } \
	static inline T safe_mul_func_##T##_s_s(T a, T b) { return (T)((uint64_t)a * (uint64_t)b); } \
	static inline T safe_mod_func_##T##_s_s(T a, T b) { return (b == 0 || (a == MIN && b == -1)) ? a : a % b; } \
	static inline T safe_div_func_##T##_s_s(T a, T b) { return (b == 0 || (a == MIN && b == -1)) ? a : a / b; } \
	static inline T safe_lshift_func_##T##_s_s(T a, int b) \
	{ return (a < 0 || b < 0 || b >= 32 || a > (MAX >> b)) ? a : a << b; } \
	static inline T safe_lshift_func_##T##_s_u(T a, unsigned b) \
	{ return (a < 0 || b >= 32 || a > (MAX >> b)) ? a : a << b; } \
	static inline T safe_rshift_func_##T##_s_s(T a, int b) { return (a < 0 || b < 0 || b >= 32) ? a : a >> b; } \
	static inline T safe_rshift_func_##T##_s_u(T a, unsigned b) { return (a < 0 || b >= 32) ? a : a >> b; }

#define UNSIGNED_OPERATIONS(T, MAX) \
	static inline T safe_unary_minus_func_##T##_u(T a) { return -a; } \
	static inline T safe_add_func_##T##_u_u(T a, T b) { return a + b; } \
	static inline T safe_sub_func_##T##_u_u(T a, T b) { return a - b; } \
	static inline T safe_mul_func_##T##_u_u(T a, T b) { return (T)((uint64_t)a * (uint64_t)b); } \
	static inline T safe_mod_func_##T##_u_u(T a, T b) { return b == 0 ? a : a % b; } \
	static inline T safe_div_func_##T##_u_u(T a, T b) { return b == 0 ? a : a / b; } \
	static inline T safe_lshift_func_##T##_u_s(T a, int b) { return (b < 0 || b >= 32 || a > (MAX >> b)) ? a : a << b; } \
	static inline T safe_lshift_func_##T##_u_u(T a, unsigned b) { return (b >= 32 || a > (MAX >> b)) ? a : a << b; } \
	static inline T safe_rshift_func_##T##_u_s(T a, int b) { return (b < 0 || b >= 32) ? a : a >> b; } \
	static inline T safe_rshift_func_##T##_u_u(T a, unsigned b) { return b >= 32 ? a : a >> b; }

SIGNED_OPERATIONS(int8_t, INT8_MIN, INT8_MAX)
SIGNED_OPERATIONS(int16_t, INT16_MIN, INT16_MAX)
SIGNED_OPERATIONS(int32_t, INT32_MIN, INT32_MAX)
SIGNED_OPERATIONS(int64_t, INT64_MIN, INT64_MAX)
UNSIGNED_OPERATIONS(uint8_t, 255)
UNSIGNED_OPERATIONS(uint16_t, 65535)
UNSIGNED_OPERATIONS(uint32_t, 4294967295U)
UNSIGNED_OPERATIONS(uint64_t, 18446744073709551615UL)

static uint32_t crc32_context = 0xFFFFFFFFU;
#ifdef __bpf__
__attribute__((section(".data.checksum")))
#endif
uint64_t checksum = 1;

static __attribute__((noinline)) uint32_t crc32_of(uint32_t crc, uint64_t value)
{
	for (int i = 0; i < 8; i++) {
		crc ^= (uint8_t)(value >> (8 * i));
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xEDB88320U : crc >> 1;
	}
	return crc;
}

#define crc32_gentab() ((void)0)
#define platform_main_begin() ((void)0)
#define transparent_crc(value, name, flag) ((void)(flag), crc32_context = crc32_of(crc32_context, value))

#ifdef __bpf__
#define platform_main_end(crc, flag) ((void)(flag), checksum = (crc))
#define printf(...) ((void)0)
#define main __attribute__((section("socket"))) csmith_main
#else
int printf(const char *, ...);
#define platform_main_end(crc, flag) ((void)(flag), printf("%u\n", (unsigned)(crc)))
#endif

#endif
