#include "case.h"
struct point { int x, y; };
struct line { struct point from, to; u8 color; };
struct big { u64 words[6]; char tag; };
struct __attribute__((packed)) packed { u8 a; u32 b; u16 c; u64 d; i8 e; };
struct tail { int n; u8 data[]; };
union any { u64 wide; u32 half[2]; u16 quarter[4]; u8 byte[8]; i8 sbyte[8]; struct { u16 lo; i16 hi; }; };
struct anonymous { int a; union { int b; struct { i16 c, d; }; u8 raw[4]; }; struct { int e; } named; };
static always_inline struct point make(int x, int y) { return (struct point){x, y}; }
static noinline long area(struct line *l) { return (long)(l->to.x - l->from.x) * (l->to.y - l->from.y); }
static always_inline struct line shift(struct line l, struct point by) { l.from.x += by.x; l.from.y += by.y; l.to.x += by.x; l.to.y += by.y; l.color++; return l; }
static always_inline struct big fill(u64 v) { struct big b = {.tag = 'x'}; for (int i = 0; i < 6; i++) b.words[i] = v * i; return b; }
static always_inline u64 total(struct big b) { u64 s = b.tag; for (int i = 0; i < 6; i++) s = s * 3 + b.words[i]; b.words[0] = 0; return s; }
CASE(struct_return) { struct point p = make(V(int, 3), V(int, 4)); return p.x * 10 + p.y; }
CASE(struct_return_member) { return make(V(int, 3), V(int, 4)).y; }
CASE(struct_pass) { struct line l = {{1, 2}, {V(int, 11), 22}, 255}; struct line m = shift(l, make(5, 6)); return area(&l) * 1000 + area(&m) + m.from.x * 7 + m.color + l.from.x; }
CASE(struct_copy) { struct line a = {{1, 2}, {3, V(int, 4)}, 5}, b; b = a; a.to.y = 0; struct line c = b, d; d = c = b; return b.to.y * 100 + c.from.x * 10 + d.color; }
CASE(struct_big) { struct big b = fill(V(u64, 12345)); u64 s = total(b); return s ^ total(b); }
CASE(struct_chain) { struct point a, b, c; a = b = c = make(V(int, 8), 9); return a.x + b.y * 10 + c.x * 100; }
CASE(struct_conditional) { struct point a = {1, 2}, b = {3, 4}; struct point c = V(int, 0) ? a : b; return c.x * 10 + c.y; }
CASE(struct_pointer) { struct line l = {0}; struct point *p = &l.to; p->x = V(int, 5); (*p).y = 6; struct line *q = &l; q->from = *p; return q->from.x * 1000 + q->to.y * 100 + l.from.y; }
CASE(struct_array) { struct point p[5]; for (int i = 0; i < 5; i++) p[i] = make(i, i * i); struct point s = {0}; for (int i = 0; i < 5; i++) { s.x += p[i].x; s.y += p[4 - i].y * i; } return s.x * 1000 + s.y; }
CASE(struct_compare_bytes) { struct packed a = {1, 2, 3, 4, 5}, b = a; b.d = V(u64, 4); return __builtin_memcmp(&a, &b, sizeof(a)) == 0; }
CASE(packed_layout) { return sizeof(struct packed) * 100 + __builtin_offsetof(struct packed, d); }
CASE(packed_access) { struct packed p = {0}; p.a = V(int, 1); p.b = V(u32, 0xdeadbeef); p.c = V(int, 0xcafe); p.d = V(u64, 0x0123456789abcdefUL); p.e = V(int, -5); u64 h = 1; MIX(h, p.a); MIX(h, p.b); MIX(h, p.c); MIX(h, p.d); MIX(h, p.e); p.b += 3; p.d -= 7; MIX(h, p.b); MIX(h, p.d); u8 *raw = (u8 *)&p; for (int i = 0; i < (int)sizeof(p); i++) MIX(h, raw[i]); return h; }
CASE(packed_array) { struct packed p[3] = {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}, {11, 12, 13, 14, V(i8, -15)}}; u64 h = 1; for (int i = 0; i < 3; i++) { MIX(h, p[i].b); MIX(h, p[i].d); MIX(h, p[i].e); } return h; }
CASE(union_views) { union any u = {.wide = V(u64, 0x8182838485868788UL)}; u64 h = 1; MIX(h, u.half[1]); MIX(h, u.quarter[2]); MIX(h, u.byte[3]); MIX(h, u.sbyte[7]); MIX(h, u.lo); MIX(h, u.hi); u.byte[0] = 1; u.hi = -2; MIX(h, u.wide); u.half[1] = 7; MIX(h, u.wide); return h; }
CASE(union_first) { union any u = {5}; union any v = u; v.byte[1] = 1; return u.wide + v.wide * 10; }
CASE(union_in_array) { union any u[3] = {{1}, {.half = {2, 3}}, {.byte = {1, 2, 3, 4, 5, 6, 7, 8}}}; return u[0].wide + u[1].wide + u[2].wide; }
CASE(anonymous_members) { struct anonymous a = {.a = 1, .c = V(int, 2), .d = 3, .named.e = 4}; return a.a + a.b * 10UL + a.raw[2] * 7 + a.named.e; }
CASE(sizes) { u64 h = 1; MIX(h, sizeof(struct point)); MIX(h, sizeof(struct line)); MIX(h, sizeof(struct big)); MIX(h, sizeof(struct packed)); MIX(h, sizeof(struct tail)); MIX(h, sizeof(union any)); MIX(h, sizeof(struct anonymous)); MIX(h, _Alignof(struct big)); MIX(h, _Alignof(struct packed)); MIX(h, __alignof__(u16)); return h; }
CASE(aligned_members) { struct { char a; int b __attribute__((aligned(16))); char c; } s = {1, 2, 3}; struct __attribute__((aligned(32))) { char x; } t = {4}; return sizeof(s) * 1000 + sizeof(t) * 10 + s.a + s.b + s.c + t.x; }
CASE(flexible) { static struct tail t = {3, {1, 2, 3}}; u64 s = t.n; for (int i = 0; i < 3; i++) s = s * 10 + t.data[i]; return s; }
CASE(empty_struct) { struct { int a; struct {} none; int b; } s = {1, .b = 2}; return sizeof(s) + s.a + s.b; }
CASE(self_pointer) { struct node { struct node *next; int v; } c = {0, 3}, b = {&c, 2}, a = {&b, V(int, 1)}; return a.v + a.next->v * 10 + a.next->next->v * 100; }
CASE(member_of_member_array) { struct { struct { u16 a[3]; } b[2]; } s = {{{{1, 2, 3}}, {{4, 5, V(u16, 6)}}}}; return s.b[1].a[2] * 10 + s.b[0].a[1]; }
CASE(offsets) { u64 h = 1; MIX(h, __builtin_offsetof(struct line, to.y)); MIX(h, __builtin_offsetof(struct anonymous, d)); MIX(h, __builtin_offsetof(struct big, words[3])); MIX(h, (u64)&((struct line *)0)->color); return h; }
CASE(container) { struct line l = {{1, 2}, {3, 4}, V(u8, 5)}; struct point *p = &l.to; struct line *q = (void *)((char *)p - __builtin_offsetof(struct line, to)); return q->color * 10 + q->from.y; }
CASE(struct_from_statement) { struct point p = ({ struct point q = {V(int, 4), 5}; q.x++; q; }); return p.x * 10 + p.y; }
CASE(swap_structs) { struct point a = {1, V(int, 2)}, b = {3, 4}, t = a; a = b; b = t; return a.x * 1000 + a.y * 100 + b.x * 10 + b.y; }
CASE(self_assign) { struct line l = {{1, 2}, {3, V(int, 4)}, 5}; struct line *p = &l; l = *p; l.from = l.to; return l.from.y * 10 + l.color; }
CASE(uninitialised_part) { struct { u8 a; u64 b; u8 c; } s = {.b = V(u64, 7)}; u64 h = 1; u8 *p = (u8 *)&s.c; MIX(h, *p); MIX(h, s.a); MIX(h, s.b); return h; }
