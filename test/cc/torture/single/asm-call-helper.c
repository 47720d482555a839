static long (*const bpf_ktime_get_ns)(void) = (void *)5; static unsigned int (*const bpf_get_smp_processor_id)(void) = (void *)8;
#define __imm(name) [name] "i"(name)
int test(void) { long now = 0, cpu;
  asm volatile("call %[bpf_ktime_get_ns]; %[now] = r0" : [now] "=r"(now) : __imm(bpf_ktime_get_ns) : "r0", "r1", "r2", "r3", "r4", "r5");
  asm volatile("call %1; %0 = r0" : "=r"(cpu) : "i"(bpf_get_smp_processor_id) : "r0", "r1", "r2", "r3", "r4", "r5");
  return (now != 0) * 100 + (cpu < 100000); }
// expect: 101
