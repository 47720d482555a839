#include "case.h"
static volatile u64 in[] = {1, 2, 0xffffffffffffffffUL, 0x8000000000000000UL, 0x123456789abcdefUL, 10, 0x80000000UL, 0x00ff00ff00ff00ffUL};
#define ALL for (int i = 0; i < 8; i++)
CASE(b_bswap) { u64 h = 1; ALL { MIX(h, __builtin_bswap16(in[i])); MIX(h, __builtin_bswap32(in[i])); MIX(h, __builtin_bswap64(in[i])); } return h; }
CASE(b_bswap_constant) { return __builtin_bswap16(0x1234) + __builtin_bswap32(0x12345678) + __builtin_bswap64(0x0102030405060708UL); }
CASE(b_clz) { u64 h = 1; ALL { MIX(h, __builtin_clzll(in[i])); MIX(h, __builtin_clz((u32)in[i] | 1)); MIX(h, __builtin_clzl(in[i] >> 3 | 1)); } return h; }
CASE(b_ctz) { u64 h = 1; ALL { MIX(h, __builtin_ctzll(in[i])); MIX(h, __builtin_ctz((u32)in[i] | 0x80000000U)); } return h; }
CASE(b_ffs) { u64 h = 1; ALL { MIX(h, __builtin_ffsll(in[i])); MIX(h, __builtin_ffs((int)in[i])); } MIX(h, __builtin_ffs(V(int, 0))); return h; }
CASE(b_popcount) { u64 h = 1; ALL { MIX(h, __builtin_popcountll(in[i])); MIX(h, __builtin_popcount((u32)in[i])); MIX(h, __builtin_parity((u32)in[i])); } return h; }
CASE(b_bit_constant) { return __builtin_clz(1) + __builtin_ctz(8) * 100 + __builtin_popcount(0xff) * 10000 + __builtin_clzll(1) * 1000000; }
CASE(b_memcpy) { u8 a[13], b[13]; for (int i = 0; i < 13; i++) a[i] = i * 17; __builtin_memcpy(b, a, 13); u64 h = 1; for (int i = 0; i < 13; i++) MIX(h, b[i]); return h; }
CASE(b_memcpy_offset) { u64 a[3] = {V(u64, 0x1122334455667788UL), 2, 3}; u8 b[16] = {0}; __builtin_memcpy(b + 3, (u8 *)a + 1, 9); u64 h = 1; for (int i = 0; i < 16; i++) MIX(h, b[i]); return h; }
CASE(b_memset) { u8 a[11]; __builtin_memset(a, V(int, 0x1a5), 11); u64 h = 1; for (int i = 0; i < 11; i++) MIX(h, a[i]); __builtin_memset(a + 2, 0, 5); for (int i = 0; i < 11; i++) MIX(h, a[i]); return h; }
CASE(b_memset_struct) { struct { int a; u8 b; u64 c; } s; __builtin_memset(&s, 0, sizeof(s)); s.b = V(int, 3); return s.a + s.b + s.c; }
CASE(b_memmove) { u8 a[8] = {1, 2, 3, 4, 5, 6, 7, 8}; __builtin_memmove(a + 2, a, 5); u64 h = 1; for (int i = 0; i < 8; i++) MIX(h, a[i]); return h; }
CASE(b_memcmp) { u8 a[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, b[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}; int same = __builtin_memcmp(a, b, 9); b[V(int, 8) & 8] = 200; int less = __builtin_memcmp(a, b, 9); int more = __builtin_memcmp(b, a, 9); return (same == 0) + (less < 0) * 2 + (more > 0) * 4 + (__builtin_memcmp(a, b, 8) == 0) * 8 + (__builtin_memcmp(a, b, 9) != 0) * 16; }
CASE(b_strlen) { return __builtin_strlen("hello") + sizeof("hello") * 10; }
CASE(b_overflow) { u64 h = 1; static volatile int v[] = {2147483647, -2147483647, 5, -1, 0, 65536}; for (int i = 0; i < 6; i++) for (int j = 0; j < 6; j++) { int r; u32 u; i64 l; MIX(h, __builtin_add_overflow(v[i], v[j], &r)); MIX(h, r); MIX(h, __builtin_sub_overflow((u32)v[i], (u32)v[j], &u)); MIX(h, u); MIX(h, __builtin_mul_overflow(v[i], v[j], &r)); MIX(h, r); MIX(h, __builtin_add_overflow((i64)v[i] << 32, (i64)v[j] << 31, &l)); MIX(h, l); } return h; }
CASE(b_overflow_64) { u64 h = 1; ALL for (int j = 0; j < 8; j++) { u64 r; i64 s; MIX(h, __builtin_mul_overflow(in[i], in[j], &r)); MIX(h, r); MIX(h, __builtin_sub_overflow((i64)in[i], (i64)in[j], &s)); MIX(h, s); MIX(h, __builtin_add_overflow(in[i], in[j], &r)); MIX(h, r); } return h; }
CASE(b_overflow_narrow) { u64 h = 1; ALL { u8 r; i16 s; MIX(h, __builtin_add_overflow((int)in[i], 3, &r)); MIX(h, r); MIX(h, __builtin_mul_overflow((i16)in[i], (i16)7, &s)); MIX(h, s); } return h; }
CASE(b_expect) { return __builtin_expect(V(int, 5) > 3, 1) + __builtin_expect(V(long, 9), 0); }
CASE(b_constant_p) { return __builtin_constant_p(5 + 3) + __builtin_constant_p(V(int, 1)) * 10; }
CASE(b_choose_expr) { return __builtin_choose_expr(1, 5, "no") + __builtin_choose_expr(sizeof(int) == 8, "x", 7); }
CASE(b_types_compatible) { return __builtin_types_compatible_p(int, signed) + __builtin_types_compatible_p(int, long) * 10 + __builtin_types_compatible_p(int[3], int[]) * 100 + __builtin_types_compatible_p(const int, int) * 1000; }
CASE(b_object_size) { return sizeof(char[5]) + sizeof(int) + sizeof(void *); }
CASE(b_abs) { return __builtin_abs(V(int, -5)) + __builtin_labs(V(long, -70)); }
CASE(b_unreachable) { int x = V(int, 3); if (x == 4) __builtin_unreachable(); return x; }
CASE(b_copy_struct_pointer) { struct { u16 a; u32 b[3]; u8 c; } s = {V(u16, 1), {2, 3, 4}, 5}, t; __builtin_memcpy(&t, &s, sizeof(t)); t.b[1]++; return t.a + t.b[1] * 10 + s.b[1] * 100 + t.c; }
CASE(a_sync) { static u64 n = 5; static u32 m = 7; u64 h = 1; n = 5; m = 7; MIX(h, __sync_fetch_and_add(&n, V(u64, 3))); MIX(h, n); MIX(h, __sync_add_and_fetch(&m, 2)); MIX(h, __sync_fetch_and_sub(&n, 1)); MIX(h, __sync_fetch_and_or(&n, 0x30)); MIX(h, __sync_fetch_and_and(&n, 0x1f)); MIX(h, __sync_fetch_and_xor(&m, 0xff)); MIX(h, n); MIX(h, m); MIX(h, __sync_val_compare_and_swap(&n, n, 100)); MIX(h, __sync_bool_compare_and_swap(&n, 99, 1)); MIX(h, n); MIX(h, __sync_lock_test_and_set(&m, 5)); return h; }
CASE(a_atomic) { static u64 n = 5; static i32 m = -7; u64 h = 1; n = 5; m = -7; MIX(h, __atomic_fetch_add(&n, 3, __ATOMIC_RELAXED)); MIX(h, __atomic_add_fetch(&m, 2, __ATOMIC_SEQ_CST)); MIX(h, __atomic_sub_fetch(&n, 1, 0)); MIX(h, __atomic_exchange_n(&n, 77, 0)); u64 e = 77; MIX(h, __atomic_compare_exchange_n(&n, &e, 78, 0, 0, 0)); MIX(h, __atomic_compare_exchange_n(&n, &e, 79, 0, 0, 0)); MIX(h, e); MIX(h, __atomic_load_n(&n, 0)); __atomic_store_n(&m, 9, 0); MIX(h, m); return h; }
CASE(a_unused_result) { static u64 n; n = 1; __sync_fetch_and_add(&n, V(int, -3)); __sync_fetch_and_or(&n, 0x10); return n; }
CASE(a_sign) { static i32 n; n = -5; long r = __sync_fetch_and_add(&n, 1); return r < 0 ? r * 10 + n : 1; }
