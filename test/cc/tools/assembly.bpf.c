// Assembly that calls, links and returns by itself.

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#define __clobber_all "r0","r1","r2","r3","r4","r5","r6","r7","r8","r9","memory"
#define __imm(name) [name]"i"(name)
#define __imm_addr(name) [name]"i"(&name)
#define __naked __attribute__((naked))
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, u64); } m SEC(".maps");

static __attribute__((noinline, used)) u64 sub1(u64 a) { return a * 2; }
__attribute__((used, naked)) static u64 nk(void) { asm volatile("r0 = 5; exit;" ::: "r0"); }
SEC("tc") int f(struct __sk_buff *skb) {
  u64 r;
  asm volatile("r1 = %1; call sub1; %0 = r0;" : "=r"(r) : "r"((u64)skb->len) : "r0", "r1","r2","r3","r4","r5");
  return r;
}
SEC("tc") __naked int g(void) { asm volatile("r1 = 3; call sub1; exit;" ::: __clobber_all); }
SEC("socket") __attribute__((naked)) void h(void) { asm volatile ("\
	r2 = 0;						\
	*(u64*)(r10 - 8) = r2;				\
	r2 = r10;					\
	r2 += -8;					\
	r1 = %[m] ll;				\
	call %[bpf_map_lookup_elem];			\
	if r0 == 0 goto l0_%=;				\
	r0 = *(u64*)(r0 + 0);	\
l0_%=:	r0 = 0; exit;						\
"	:
	: __imm(bpf_map_lookup_elem), __imm_addr(m)
	: __clobber_all); }
static __noinline int sub2(int a) { return a + 1; }
SEC("tc") int calls(struct __sk_buff *skb) { int r; asm volatile("r1 = 4; call %[fn]; %0 = r0" : "=r"(r) : [fn]"i"(sub2) : "r0","r1","r2","r3","r4","r5"); return r; }
static long cb(u32 i, void *c) { return 0; }
SEC("tc") int callback(struct __sk_buff *skb) { u64 p; asm volatile("%0 = %1 ll" : "=r"(p) : "i"(cb)); return bpf_loop(3, (void *)p, 0, 0); }

char LICENSE[] SEC("license") = "GPL";
