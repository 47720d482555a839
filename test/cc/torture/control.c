#include "case.h"
static always_inline int classify(int v) { switch (v) { case 0: return 10; case 1: case 2: return 20; case 3: v += 5; /* fallthrough */ case 4: v *= 2; break; case 10 ... 19: return 30 + v; case -5: return 50; default: return -1; } return v; }
static always_inline int classify_dense(unsigned v) { switch (v) { case 0: return 3; case 1: return 1; case 2: return 4; case 3: return 1; case 4: return 5; case 5: return 9; case 6: return 2; case 7: return 6; case 8: return 5; case 9: return 3; case 10: return 5; } return 0; }
static always_inline u64 classify_wide(u64 v) { switch (v) { case 0x100000000UL: return 1; case 0xffffffffffffffffUL: return 2; case 5: return 3; case 1UL << 63: return 4; case 0x100000005UL ... 0x10000000aUL: return 5; default: return 6; } }
CASE(switch_basic) { u64 h = 1; for (int i = -6; i < 22; i++) MIX(h, classify(i)); return h; }
CASE(switch_dense) { u64 h = 0; for (unsigned i = 0; i < 13; i++) h = h * 10 + classify_dense(i); return h; }
CASE(switch_wide) { u64 h = 1; static volatile u64 v[] = {0x100000000UL, -1UL, 5, 1UL << 63, 0x100000005UL, 0x100000007UL, 0x10000000bUL, 0}; for (int i = 0; i < 8; i++) MIX(h, classify_wide(v[i])); return h; }
CASE(switch_signed) { u64 h = 1; for (i8 i = -3; i < 3; i++) switch (i) { case -3 ... -2: MIX(h, 1); break; case -1: MIX(h, 2); case 0: MIX(h, 3); break; default: MIX(h, 4); } return h; }
CASE(switch_char) { u64 h = 1; const char *s = "a1 Z_"; for (int i = 0; i < 5; i++) switch (s[i]) { case 'a' ... 'z': MIX(h, 1); break; case 'A' ... 'Z': MIX(h, 2); break; case '0' ... '9': MIX(h, 3); break; case ' ': continue; default: MIX(h, 9); } return h; }
CASE(switch_default_first) { int r = 0; for (int i = 0; i < 4; i++) switch (i) { default: r += 100; case 1: r += 10; break; case 2: r += 1; } return r; }
CASE(switch_nested) { int r = 0; for (int i = 0; i < 9; i++) switch (i / 3) { case 0: switch (i % 3) { case 1: r += 5; break; default: r += 7; } break; case 1: r *= 2; break; default: r ^= i; } return r; }
CASE(switch_no_match) { int r = 5; switch (V(int, 99)) { case 1: r = 1; } switch (V(int, 1)) { } return r; }
CASE(switch_duff) { int n = V(int, 7) & 7, r = 0, i = (n + 3) / 4; switch (n % 4) { case 0: do { r += 1; case 3: r += 10; case 2: r += 100; case 1: r += 1000; } while (--i > 0 && i < 4); } return r; }
CASE(switch_declaration) { int r = 0; switch (V(int, 2)) { int x; case 1: x = 5; r = x; break; case 2: x = 7; r = x * 2; } return r; }
CASE(switch_bool) { int r = 0; for (int i = 0; i < 2; i++) switch ((_Bool)i) { case 0: r += 1; break; case 1: r += 10; } return r; }
CASE(loop_for) { int s = 0; for (int i = 0, j = 10; i < j; i++, j--) s += i * j; return s; }
CASE(loop_while) { int n = V(int, 1000) & 1023, s = 0; while (n > 0 && s < 100) { s += n & 1; n >>= 1; } return s; }
CASE(loop_do) { int i = 0, s = 0; do { s = s * 2 + i; } while (++i < 8); return s; }
CASE(loop_do_once) { int i = V(int, 5); do { i++; } while (0); return i; }
CASE(loop_break_continue) { int s = 0; for (int i = 0; i < 20; i++) { if (i % 3 == 0) continue; if (i > 13) break; s = s * 2 + i; } return s; }
CASE(loop_nested_break) { int s = 0; for (int i = 0; i < 5; i++) { for (int j = 0; j < 5; j++) { if (j == i) break; if (j & 1) continue; s += i * 10 + j; } if (s > 100) break; } return s; }
CASE(loop_empty_parts) { int i = 0; for (;;) { if (i++ > 6) break; } for (; i < 20;) i += 3; return i; }
CASE(loop_unrolled) { int s = 0;
#pragma unroll
	for (int i = 0; i < 6; i++) s = s * 7 + i;
	return s; }
CASE(loop_unsigned_down) { u64 h = 1; for (unsigned i = 5; i-- > 0;) MIX(h, i); return h; }
CASE(loop_wrapping) { u8 i = V(u8, 250); int n = 0; while (i != 5 && n < 100) { i++; n++; } return n; }
CASE(loop_long) { i64 s = 0; for (i64 i = -5; i <= 5; i++) s = s * 3 + i; return s; }
CASE(loop_condition_assign) { int v, n = V(int, 9) & 15, s = 0; while ((v = n--) > 0) s = s * 2 + v; return s; }
CASE(goto_forward) { int r = 1; if (V(int, 1)) goto skip; r = 100; skip: return r + 1; }
CASE(goto_backward) { int i = 0, s = 0; again: s += i * i; if (++i < 6) goto again; return s; }
CASE(goto_out_of_loops) { int r = 0; for (int i = 0; i < 5; i++) for (int j = 0; j < 5; j++) { r++; if (i * j == 6) goto done; } done: return r; }
CASE(goto_into_block) { int r = 0; goto in; if (V(int, 0)) { r = 100; in: r += 5; } return r; }
CASE(goto_error_chain) { int r = 0; if (V(int, 0)) goto a; if (V(int, 1)) goto b; r += 1; a: r += 10; b: r += 100; return r; }
CASE(if_chain) { u64 h = 1; for (int i = -2; i < 6; i++) { if (i < 0) MIX(h, 1); else if (i == 0) MIX(h, 2); else if (i & 1) MIX(h, 3); else MIX(h, 4); } return h; }
CASE(early_returns) { for (int i = 0; i < 10; i++) { if (i * i > V(int, 30)) return i; } return 99; }
CASE(conditional_chain) { int s = 0; for (int i = 0; i < 8; i++) s = s * 5 + (i < 2 ? 1 : i < 4 ? i & 1 ? 2 : 3 : i == 7 ? 0 : 4); return s; }
CASE(statement_expression) { int x = ({ int y = V(int, 5); y *= 2; if (y > 9) y++; y; }) + ({ 1; }); return x; }
CASE(statement_expression_loop) { return ({ int s = 0; for (int i = 0; i < 5; i++) { if (i == 3) continue; s += i; } s; }) * 10; }
CASE(shadowing) { int x = 1; { int x = V(int, 2); { int x = 3; x++; } x += 10; { extern int printf(const char *, ...); } if (x != 12) return 0; } for (int x = 0; x < 3; x++) ; return x; }
CASE(collatz) { u64 n = V(u64, 27), steps = 0; for (int i = 0; i < 120 && n != 1; i++) { n = n & 1 ? 3 * n + 1 : n / 2; steps++; } return steps; }
CASE(fibonacci) { u64 a = 0, b = 1; for (int i = 0; i < 90; i++) { u64 t = a + b; a = b; b = t; } return a; }
CASE(primes) { int n = 0; for (int i = 2; i < 40; i++) { int p = 1; for (int j = 2; j * j <= i; j++) if (i % j == 0) { p = 0; break; } n += p * i; } return n; }
CASE(phi_swap) { int a = 1, b = 2, c = 3; for (int i = 0; i < 7; i++) { int t = a; a = b; b = c; c = t; } return a * 100 + b * 10 + c; }
CASE(phi_lost_copy) { int a = 0, b = 0; for (int i = 0; i < 5; i++) { b = a; a = i; } return a * 10 + b; }
