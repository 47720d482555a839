// CASE(name) { ... return value; }: natively it prints its value, in BPF it is a program that leaves it in `result`.
#ifndef CASE_H
#define CASE_H

typedef signed char i8;
typedef unsigned char u8;
typedef short i16;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long i64;
typedef unsigned long u64;
typedef __int128 i128;
typedef unsigned __int128 u128;

#define always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))

#ifdef __bpf__
__attribute__((section(".data.result"))) u64 result = 1;
char license_[] __attribute__((section("license"))) = "GPL";
#define RUN(name) __attribute__((section("socket"), used)) int name(void *ctx) { result = body_##name(); return 0; }
#else
int printf(const char *, ...);
#define RUN(name) static __attribute__((constructor)) void run_##name(void) { printf("%s %lu\n", #name, body_##name()); }
#endif

#define CASE(name) static always_inline u64 body_##name(void); RUN(name) static always_inline u64 body_##name(void)

// A value the compiler cannot know.
#define V(type, value) ({ static volatile type hidden = (value); hidden; })
#define MIX(hash, value) ((hash) = ((hash) ^ (u64)(value)) * 0x100000001b3UL + 1)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
