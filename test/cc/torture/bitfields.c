#include "case.h"
struct small { unsigned a : 3; int b : 5; unsigned c : 1; unsigned d : 23; };
struct wide { u64 a : 40; i64 b : 20; u64 c : 4; };
struct mixed { u8 a : 4; u8 b : 4; u16 c : 9; u16 d : 7; i32 e : 31; u32 f : 1; u64 g : 33; };
struct __attribute__((packed)) tight { u32 a : 7; u32 b : 30; u64 c : 51; i8 d : 3; };
struct gaps { u32 a : 3; u32 : 0; u32 b : 5; u32 : 7; i32 c : 9; char d; u32 e : 12; };
struct booleans { _Bool a : 1; _Bool b : 1; unsigned c : 2; };
enum color { RED, GREEN, BLUE };
struct with_enum { enum color c : 2; int n : 6; };
static volatile int values[] = {0, 1, -1, 5, 15, -16, 1000, -100000, 0x55555555, 0x7fffffff};
#define SUM_SMALL(h, s) (MIX(h, s.a), MIX(h, s.b), MIX(h, s.c), MIX(h, s.d))
CASE(bf_small) { u64 h = 1; struct small s = {0}; for (int i = 0; i < 10; i++) { int v = values[i]; s.a = v; s.b = v >> 1; s.c = v >> 2; s.d = v >> 3; SUM_SMALL(h, s); } return h; }
CASE(bf_wide) { u64 h = 1; struct wide s = {0}; for (int i = 0; i < 10; i++) { i64 v = (i64)values[i] << 17 ^ values[i]; s.a = v; s.b = v >> 1; s.c = v >> 2; MIX(h, s.a); MIX(h, s.b); MIX(h, s.c); MIX(h, s.a + 1); MIX(h, s.b < 0); } return h; }
CASE(bf_mixed) { u64 h = 1; struct mixed s = {0}; for (int i = 0; i < 10; i++) { i64 v = (i64)values[i] * 0x123456789L; s.a = v; s.b = v >> 5; s.c = v; s.d = v >> 3; s.e = v; s.f = v; s.g = v; MIX(h, s.a); MIX(h, s.b); MIX(h, s.c); MIX(h, s.d); MIX(h, s.e); MIX(h, s.f); MIX(h, s.g); } return h; }
CASE(bf_packed) { u64 h = sizeof(struct tight); struct tight s = {0}; for (int i = 0; i < 10; i++) { i64 v = (i64)values[i] * 0x123456789L; s.a = v; s.b = v >> 5; s.c = v; s.d = v >> 3; MIX(h, s.a); MIX(h, s.b); MIX(h, s.c); MIX(h, s.d); } return h; }
CASE(bf_gaps) { u64 h = sizeof(struct gaps); struct gaps s = {0}; for (int i = 0; i < 10; i++) { i64 v = (i64)values[i]; s.a = v; s.b = v >> 5; s.c = v; s.d = v >> 3; s.e = v; MIX(h, s.a); MIX(h, s.b); MIX(h, s.c); MIX(h, s.d); MIX(h, s.e); } return h; }
CASE(bf_bool) { struct booleans s = {0}; s.a = V(int, 2); s.b = V(int, 0); s.c = V(int, 7); return s.a + s.b * 10 + s.c * 100; }
CASE(bf_enum) { struct with_enum s = {BLUE, -3}; s.c = V(int, 1); return s.c * 100 + (u8)s.n; }
CASE(bf_assign_value) { struct small s = {0}; u64 h = 1; MIX(h, (s.a = V(int, 13))); MIX(h, (s.b = V(int, 17))); MIX(h, s.a++); MIX(h, ++s.a); MIX(h, s.b--); MIX(h, --s.b); MIX(h, (s.a += 5)); MIX(h, (s.d -= 1)); MIX(h, (s.b *= 3)); MIX(h, (s.d >>= 2)); SUM_SMALL(h, s); return h; }
CASE(bf_promotion) { struct small s = {.a = 7, .d = 0x7fffff}; struct wide w = {.a = 0xffffffffffUL}; u64 h = 1; MIX(h, s.a - 8 < 0); MIX(h, s.d << 9); MIX(h, -s.a); MIX(h, ~s.c); MIX(h, w.a); return h; }
CASE(bf_initialised) { static struct mixed m = {.a = 5, .c = 300, .e = -77, .g = 0x1ffffffffUL}; volatile struct mixed *p = &m; u64 h = 1; MIX(h, p->a); MIX(h, p->b); MIX(h, p->c); MIX(h, p->d); MIX(h, p->e); MIX(h, p->f); MIX(h, p->g); return h; }
CASE(bf_neighbours) { struct mixed s; __builtin_memset(&s, 0xff, sizeof(s)); s.c = 0; u64 h = 1; MIX(h, s.a); MIX(h, s.b); MIX(h, s.c); MIX(h, s.d); MIX(h, s.e); s.g = 0; MIX(h, s.f); MIX(h, s.e); MIX(h, s.g); return h; }
CASE(bf_array) { struct small s[4]; u64 h = 1; for (int i = 0; i < 4; i++) { s[i].a = i; s[i].b = -i; s[i].c = i; s[i].d = i * 1000; } for (int i = 3; i >= 0; i--) SUM_SMALL(h, s[i]); return h; }
CASE(bf_copy) { struct mixed a = {.a = V(int, 3), .c = 100, .e = -5, .g = 1UL << 32}, b = a; a.c = 0; return b.a + b.c * 16 + (u64)b.e * 4096 + b.g; }
CASE(bf_union) { union { struct small s; u32 raw; } u = {.raw = V(u32, 0xdeadbeef)}; u64 h = 1; SUM_SMALL(h, u.s); u.s.b = 1; MIX(h, u.raw); return h; }
CASE(bf_compare) { struct small s = {.b = V(int, -3), .a = V(int, 5)}; return (s.b < 0) + (s.a == 5) * 2 + (s.b == -3) * 4 + (s.a > s.b) * 8 + (s.c ? 16 : 32); }
CASE(bf_nested) { struct { struct small in; struct { u8 x : 2, y : 6; } n; } s = {{1, 2, 1, 4}, {3, 33}}; s.n.x = V(int, 2); u64 h = 1; SUM_SMALL(h, s.in); MIX(h, s.n.x); MIX(h, s.n.y); return h; }
CASE(bf_full_width) { struct { u32 a : 32; u64 b : 64; i8 c : 8; u16 d : 16; } s; s.a = V(u32, 0xffffffff); s.b = V(u64, 1UL << 63); s.c = V(int, 200); s.d = V(int, 70000); return s.a ^ s.b ^ s.c ^ s.d; }
CASE(bf_conditional) { struct small s = {.a = V(int, 2)}; s.a = s.a ? s.a - 1 : 7; s.b = s.a == 1 && s.c == 0; return s.a * 10 + s.b; }
