#include "case.h"
static int numbers[8] = {1, 2, 3, 4, 5, 6, 7, 8}; static u8 bytes[16] = {0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8};
static noinline int sum(int *p) { return p ? *p + 1 : -1; }
static always_inline void swap(int *a, int *b) { int t = *a; *a = *b; *b = t; }
static always_inline int strlen_(const char *s) { int n = 0; while (n < 32 && s[n]) n++; return n; }
CASE(ptr_walk) { int s = 0; for (int *p = numbers, *e = numbers + 8; p < e; p++) s = s * 3 + *p; return s; }
CASE(ptr_index) { int *p = numbers + 2; return p[1] * 100 + *(p + 2) * 10 + p[-1]; }
CASE(ptr_negative_index) { int *p = &numbers[7]; int s = 0; for (int i = 0; i < 8; i++) s = s * 2 + p[-i]; return s; }
CASE(ptr_difference) { int *a = &numbers[1], *b = &numbers[6]; char *c = (char *)a, *d = (char *)b; return (b - a) * 1000 + (d - c) * 10 + (a - b < 0); }
CASE(ptr_compare) { int *a = &numbers[1], *b = &numbers[2]; return (a < b) + (a == b) * 2 + (a + 1 == b) * 4 + (a != 0) * 8 + (!a) * 16 + (b >= a) * 32; }
CASE(ptr_swap) { int a = V(int, 3), b = V(int, 4); swap(&a, &b); swap(&a, &b); swap(&a, &b); return a * 10 + b; }
CASE(ptr_to_ptr) { int x = V(int, 1), y = 2; int *p = &x, **q = &p; **q = 5; *q = &y; **q = 7; return x * 10 + y; }
CASE(ptr_post_increment) { u8 buf[4] = {1, 2, 3, 4}, *p = buf; int s = *p++; s = s * 10 + *p++; s = s * 10 + *++p; *p-- = 9; return s * 10 + buf[3] + *p; }
CASE(ptr_void) { void *v = numbers; v += 4; v = v + 4; return *(int *)v; }
CASE(ptr_cast) { return *(u32 *)(bytes + 4) + *(u16 *)&bytes[2] + (i8)bytes[7] + *(u64 *)(bytes + 8); }
CASE(ptr_array_pointer) { int m[2][3] = {{1, 2, 3}, {4, 5, V(int, 6)}}; int(*row)[3] = m; row++; return (*row)[2] * 10 + row[-1][1]; }
CASE(ptr_array_of_pointers) { int a = 1, b = V(int, 2), c = 3; int *p[3] = {&a, &b, &c}; *p[1] += 5; return *p[0] * 100 + b * 10 + *p[2]; }
CASE(ptr_to_int) { u64 a = (u64)&numbers[3], b = (u64)numbers; return a - b; }
CASE(ptr_null) { int *p = V(int, 0) ? numbers : 0; return sum(p) + (p == (void *)0) * 10; }
CASE(ptr_string) { const char *s = "hello"; return strlen_(s) * 1000 + s[1] + "abc"[2] + *("xyz" + 1); }
CASE(ptr_string_concat) { static const char s[] = "ab" "cd" "\x65" "f"; return sizeof(s) * 1000 + s[4] + s[5]; }
CASE(ptr_2d_walk) { int m[3][4]; int n = 0; for (int i = 0; i < 3; i++) for (int j = 0; j < 4; j++) m[i][j] = n++ * i; int s = 0; for (int j = 0; j < 4; j++) for (int i = 0; i < 3; i++) s = s * 3 + m[i][j]; return s; }
CASE(ptr_3d) { u8 a[2][3][4]; for (int i = 0; i < 2; i++) for (int j = 0; j < 3; j++) for (int k = 0; k < 4; k++) a[i][j][k] = i * 100 + j * 10 + k; return a[V(int, 1) & 1][2][3] + a[0][1][V(int, 2) & 3] * 1000; }
CASE(ptr_reverse) { char s[] = "reverse"; for (int i = 0, j = 6; i < j; i++, j--) { char t = s[i]; s[i] = s[j]; s[j] = t; } u64 h = 1; for (int i = 0; i < 7; i++) MIX(h, s[i]); return h; }
CASE(ptr_const_volatile) { const volatile int *p = numbers; const int *const q = &numbers[1]; return *p + *q + p[2]; }
CASE(ptr_index_swapped) { return 2 [numbers] + V(int, 1)[numbers]; }
CASE(ptr_alias) { int a[2] = {1, 2}; int *p = &a[V(int, 1) & 1]; *p = 10; a[0] = 5; *p += 1; return a[0] * 100 + a[1]; }
CASE(ptr_alias_bytes) { u32 x = V(u32, 0x11223344); u8 *p = (u8 *)&x; p[1] = 0xff; u16 *q = (u16 *)&x; q[1] ^= 0x0f0f; return x; }
CASE(ptr_through_call) { int x = V(int, 41); return sum(&x); }
CASE(ptr_conditional) { int a = 1, b = 2; int *p = V(int, 1) ? &a : &b; *p = 9; return a * 10 + b; }
CASE(ptr_u8_index) { u8 i = V(u8, 250); i += 8; return bytes[i]; }
CASE(ptr_i8_index) { i8 i = V(i8, -1); return (bytes + 5)[i]; }
CASE(ptr_scaled) { struct { u64 a; u8 b[5]; } s[3] = {{1, {1, 2}}, {2, {3, 4}}, {3, {5, 6}}}; int k = V(int, 2) & 1; return s[k + 1].a * 100 + s[k].b[1] + sizeof(s[0]); }
CASE(ptr_phi_of_loop) { int a = 1, b = 2; int *p = &a, *q = &b; for (int i = 0; i < V(int, 3) && i < 8; i++) { *p += 10; int *t = p; p = q; q = t; } return a * 100 + b; }
CASE(ptr_phi_of_member) { struct { int x, y; } s = {1, 2}; int *p = &s.x; for (int i = 0; i < V(int, 3) && i < 8; i++) { *p += 10; p = &s.y; } return s.x * 100 + s.y; }
