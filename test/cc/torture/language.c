#include "case.h"
#define STR_(x) #x
#define STR(x) STR_(x)
#define CAT(a, b) a##b
#define CAT2(a, b) CAT(a, b)
#define SUM(...) SUM_(__VA_ARGS__, 0, 0, 0)
#define SUM_(a, b, c, ...) ((a) + (b) * 10 + (c) * 100)
#define FIRST(a, ...) a
#define GNU_VARIADIC(fmt, args...) SUM(0, ##args)
#define OPT(...) (1 __VA_OPT__(+ 10 * (__VA_ARGS__)))
#define EMPTY
#define OBJECT 3 + 4
#define SELF SELF_
#define SELF_ SELF
#define DEFER(x) x EMPTY
#define APPLY(f, x) f(x)
#define TWICE(x) ((x) * 2)
#define KIND(x) _Generic((x), int: 1, unsigned: 2, long: 3, unsigned long: 4, char *: 5, const char *: 6, default: 7)
#define COUNT_ARGS(...) COUNT_ARGS_(__VA_ARGS__, 5, 4, 3, 2, 1)
#define COUNT_ARGS_(a, b, c, d, e, n, ...) n
#define max(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); _a > _b ? _a : _b; })
_Static_assert(sizeof(int) == 4, "int");
_Static_assert(1);
typedef struct { int x; } named_t; typedef int vector_t[4]; typedef u8 byte_t;
CASE(pp_stringify) { static const char s[] = STR(CAT(a, b) + 1); return sizeof(s) * 1000 + s[0] + sizeof(STR_(  a   "x\n" )); }
CASE(pp_paste) { int CAT2(va, CAT2(lu, e)) = V(int, 5); return value + CAT(1, 2) + CAT2(0x, ff); }
CASE(pp_variadic) { return SUM(1) + SUM(1, 2) + SUM(1, 2, 3) + FIRST(7, 8) + COUNT_ARGS(a, b, c); }
CASE(pp_gnu_comma) { return GNU_VARIADIC("x") + GNU_VARIADIC("x", 5) * 3; }
CASE(pp_va_opt) { return OPT() + OPT(5) * 100; }
CASE(pp_no_parentheses) { return OBJECT * 2 + TWICE(OBJECT) + APPLY(TWICE, 3); }
CASE(pp_recursive) { int SELF = 4; return SELF; }
CASE(pp_conditions) { int r = 0;
#if defined(OBJECT) && !defined NOTHING && OBJECT == 7
	r += 1;
#endif
#if 0
	r += 10;
#elif (1 ? 2 : 3) == 2 && -1 < 0 && 5 / 2 == 2 && (1 << 4) == 16 && 'a' == 97
	r += 100;
#else
	r += 1000;
#endif
#ifdef NOTHING
#error no
#elif 1
	r += 10000;
#endif
#if -1 > 0u
	r += 100000;
#endif
#undef OBJECT
#ifndef OBJECT
	r += 7;
#endif
	return r; }
CASE(pp_builtin_macros) {
#line 777 "other.c"
	return __LINE__ + sizeof(__FILE__) + (__COUNTER__ + 1 == __COUNTER__) * 100000;
}
CASE(pp_continuation) { int a\
b = 5; return a\
b; }
CASE(pp_pragma) { _Pragma("unroll") for (int i = 0; i < 2; i++) ; return 3; }
CASE(pp_comments) { return 1 /* + 10 // */ + 2 // + 100 \
	+ 1000
	; }
CASE(generic) { int i = 0; unsigned u = 0; long l = 0; char *s = 0; const char *c = 0; u8 b = 0; return KIND(i) + KIND(u) * 10 + KIND(l) * 100 + KIND(1UL) * 1000 + KIND(s) * 10000 + KIND(c) * 100000 + KIND(b) * 1000000 + KIND(b + 1) * 10000000; }
CASE(typeof_max) { return max(V(int, 3), V(int, 5)) + max(V(u8, 200), 7) * 10; }
CASE(typeof_forms) { typeof(int) a = V(int, 1); __typeof__(&a) p = &a; typeof(*p) b = 2; typeof(int[3]) c = {1, 2, 3}; *p = 5; return a * 100 + b * 10 + c[2] + sizeof(typeof(1UL)); }
CASE(auto_type) { __auto_type x = V(u8, 200); __auto_type y = x + 100; __auto_type p = &x; *p = 5; return x * 1000 + y + sizeof(x); }
CASE(typedefs) { named_t n = {V(int, 3)}; vector_t v = {1, 2, 3, 4}; byte_t b = 300; { typedef long byte_t; byte_t c = 300; b += c; } return n.x * 1000 + v[3] * 100 + b; }
CASE(sizeof_forms) { int a[5]; int n = 0; u64 s = sizeof a + sizeof(a[0]) + sizeof(n++) + sizeof(int *) + sizeof(struct { char c; long l; }) + sizeof(char[3][4]); return s * 10 + n; }
CASE(enums) { enum { A, B = 5, C, D = B * 2 + C, E = 'x', F = -3, G }; return A + B * 2 + C * 3 + D * 5 + E * 7 + F * 11 + G * 13; }
CASE(const_expressions) { static int a[(int)(3 + 1) - 2 + sizeof(char)] = {[2] = 5}; return COUNT(a) * 10 + a[2]; }
CASE(volatile_access) { volatile int x = 1; x = 2; x++; int y = x + x; volatile struct { int a; u8 b; } s = {1, 2}; s.a += 5; s.b = 7; return y * 100 + s.a * 10 + s.b; }
CASE(register_keyword) { register int x = V(int, 3); auto int y = 4; const int z = 5; return x * y * z; }
CASE(function_name) { return sizeof(__func__) > 1 && __func__[0] != 0; }
CASE(universal_strings) { return "\u00e9"[0] + sizeof("\n\t\\\"\a\b\f\v\e\101\x41") * 1000 + L'a' * 0; }
CASE(attributes) { int x __attribute__((unused, aligned(8))) = V(int, 5); switch (x) { case 5: x++; __attribute__((fallthrough)); default: x *= 2; } return x + ((u64)&x & 7); }
CASE(labels_unused) { int r = 1; unused: __attribute__((unused)); r++; return r; }
CASE(null_statements) { ;;{} if (V(int, 1)); else ; for (int i = 0; i < 2; i++); return 4; }
CASE(declarators) { int (x) = V(int, 1), *(p) = &x, (*q)[2] = &(int[2]){3, 4}; return x + *p * 10 + (*q)[1] * 100; }
CASE(integer_suffixes) { return sizeof(1u) + sizeof(1l) * 10 + sizeof(1ull) * 100 + sizeof(1LLU) * 1000 + 0xFFu + 010; }
CASE(asm_barrier) { int x = V(int, 5); __asm__ volatile("" ::: "memory"); __asm__ volatile("" : "+r"(x)); int y = x * 2; __asm__ __volatile__("" : "=r"(y) : "0"(y)); return x + y; }
CASE(multichar_escape) { return '\n' + '\0' * 2 + '\'' * 3 + '\\' * 5 + '\x7f' * 7 + '\033' * 11; }
CASE(nested_ternary_types) { return sizeof(1 ? 1 : 2L) + sizeof(0 ? (u8)1 : (u8)2) * 10 + (1 ? -1 : 1u) / 2; }
CASE(pointer_types_conditional) { int x = 3; void *v = &x; int *p = V(int, 1) ? v : 0; return *p; }
