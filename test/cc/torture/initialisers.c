#include "case.h"
struct inner { int a; u8 b[3]; }; struct outer { struct inner i[2]; char name[8]; long z; };
static int grid[3][4] = {{1, 2}, [2] = {5, [3] = 6}};
static const char *unused_name __attribute__((unused));
static char text[] = "hello\0world", padded[8] = "abc", exact[3] = "xyz";
static int ranged[10] = {[2 ... 5] = 7, 8, [0] = 1};
static struct outer o1 = {.i[1].b = {1, 2, 3}, .name = "joe", .i[0] = {.a = 9}};
static const long table[] = {1L << 40, -5, sizeof(struct outer), 'A' + 1, 7 / 2, ~0L, 1 ? 10 : 20, (char)300};
long long_global = 77; static u8 zeroed[5]; static u16 inferred[] = {[7] = 1};
#define SUMB(h, p, n) for (int i_ = 0; i_ < (int)(n); i_++) MIX(h, ((volatile u8 *)(p))[i_])
CASE(init_grid) { u64 h = 1; for (int i = 0; i < 3; i++) for (int j = 0; j < 4; j++) MIX(h, ((volatile int(*)[4])grid)[i][j]); return h; }
CASE(init_strings) { u64 h = sizeof(text); SUMB(h, text, sizeof(text)); SUMB(h, padded, 8); SUMB(h, exact, 3); return h; }
CASE(init_ranges) { u64 h = 1; for (int i = 0; i < 10; i++) MIX(h, ((volatile int *)ranged)[i]); return h; }
CASE(init_nested) { u64 h = 1; SUMB(h, &o1, sizeof(o1)); return h; }
CASE(init_constants) { u64 h = 1; for (int i = 0; i < (int)COUNT(table); i++) MIX(h, table[i]); return h; }
CASE(init_globals) { long_global += V(int, 0); return long_global + zeroed[V(int, 2) & 3] + sizeof(inferred) * 1000; }
CASE(local_array) { int a[6] = {1, 2, 3}; a[V(int, 4) & 7 % 6] += 5; u64 h = 1; for (int i = 0; i < 6; i++) MIX(h, a[i]); return h; }
CASE(local_nested) { struct outer o = {.name = "abc", .i = {[1] = {.a = V(int, 5), .b = {[2] = 4}}}, .z = -1}; u64 h = 1; MIX(h, o.i[0].a); MIX(h, o.i[1].a); MIX(h, o.i[1].b[2]); MIX(h, o.i[1].b[0]); MIX(h, o.name[1]); MIX(h, o.name[7]); MIX(h, o.z); return h; }
CASE(local_string) { char s[] = "bpf", t[6] = "ab"; t[2] = V(char, 'c'); u64 h = sizeof(s); for (int i = 0; i < 4; i++) MIX(h, s[i]); for (int i = 0; i < 6; i++) MIX(h, t[i]); return h; }
CASE(overridden) { int a[4] = {1, 2, 3, [1] = 9, 8}; return a[0] * 1000 + a[1] * 100 + a[2] * 10 + a[3]; }
CASE(brace_elision) { int a[2][2] = {1, 2, V(int, 3), 4}; struct { struct { int x, y; } p[2]; int q; } s = {1, 2, 3, 4, 5}; return a[1][0] * 1000 + s.p[1].y * 100 + s.q * 10 + a[0][1]; }
CASE(compound_literal) { int *p = (int[]){1, V(int, 2), 3}; p[0] = 9; return p[0] * 100 + p[1] * 10 + p[2]; }
CASE(compound_literal_struct) { struct inner *p = &(struct inner){.a = V(int, 3), .b = "ab"}; return p->a * 1000 + p->b[1]; }
CASE(compound_literal_scalar) { int *p = &(int){V(int, 5)}; *p += 2; return *p + (int){1}; }
CASE(compound_literal_in_loop) { int s = 0; for (int i = 0; i < 4; i++) { int *p = (int[2]){i}; p[1] += i; s = s * 10 + p[0] + p[1]; } return s; }
CASE(evaluation_order) { int n = 0; int a[3] = {n++, n++, n++}; return a[0] * 100 + a[1] * 10 + a[2] + n; }
CASE(empty_initialiser) { struct outer o = {}; int a[5] = {}; u64 h = 0; for (int i = 0; i < (int)sizeof(o); i++) h += ((u8 *)&o)[i]; for (int i = 0; i < 5; i++) h += a[i]; return h; }
CASE(old_designators) { struct inner i = {a: V(int, 4), b: {1, 2, 3}}; int x[3] = {[1] 5}; return i.a * 10 + i.b[2] + x[1]; }
CASE(static_local) { static int calls = 10; static int other[3] = {1, 2, 3}; calls++; other[1] += calls; u64 r = calls * 100 + other[1]; calls = 10; other[1] = 2; return r; }
CASE(const_tables) { static const u8 lut[16] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3}; u64 h = 0; for (int i = 0; i < 16; i++) h = h * 10 + lut[(i + V(int, 0)) & 15]; return h; }
CASE(const_folded) { static const int k[] = {2, 4, 8}; static const struct { u8 a; u32 b; } s = {1, 0xabcdef}; return k[1] + s.b + s.a; }
CASE(two_dimensional_strings) { static const char names[3][6] = {"one", "two", "three"}; u64 h = 0; for (int i = 0; i < 3; i++) for (int j = 0; j < 6; j++) MIX(h, names[i][j]); return h; }
