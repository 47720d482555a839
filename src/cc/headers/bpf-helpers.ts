// What bpf_helpers.h and bpf_endian.h define: our own text for the names of libbpf 1.5.

import { type MacroRows, macros, nested } from './rows.ts';

export const bpfHelpers: readonly MacroRows[] = [
  macros(
    'libbpf: bpf_helpers.h (maps and sections)',
    `
__uint(name, val) int (*name)[val]
__type(name, val) typeof(val) *name
__array(name, val) typeof(val) *name[]
__ulong(name, val) enum { ___bpf_concat(__unique_value, __COUNTER__) = val } name
SEC(name) __attribute__((section(name), used))
`,
  ),
  macros(
    'libbpf: bpf_helpers.h (attributes)',
    `
__always_inline inline __attribute__((always_inline))
__noinline __attribute__((noinline))
__weak __attribute__((weak))
__hidden __attribute__((visibility("hidden")))
__kconfig __attribute__((section(".kconfig")))
__ksym __attribute__((section(".ksyms")))
__kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
__kptr __attribute__((btf_type_tag("kptr")))
__kptr_ref __attribute__((btf_type_tag("kptr")))
__percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
__uptr __attribute__((btf_type_tag("uptr")))
__contains(name, node) __attribute__((btf_decl_tag("contains:" #name ":" #node)))
__arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
__arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
__arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
__arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
__arg_untrusted __attribute__((btf_decl_tag("arg:untrusted")))
__arg_arena __attribute__((btf_decl_tag("arg:arena")))
private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
`,
  ),
  macros(
    'libbpf: bpf_helpers.h (language)',
    `
NULL ((void *)0)
KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
offsetof(type, member) __builtin_offsetof(type, member)
container_of(ptr, type, member) ({ void *__member = (void *)(ptr); (type *)(__member - offsetof(type, member)); })
barrier() asm volatile("" ::: "memory")
barrier_var(var) asm volatile("" : "+r"(var))
__bpf_unreachable() __builtin_trap()
bpf_tail_call_static(ctx, map, slot) ({ _Static_assert(__builtin_constant_p(slot), "the slot of bpf_tail_call_static must be constant"); bpf_tail_call(ctx, (void *)(map), slot); })
bpf_ksym_exists(sym) ({ _Static_assert(!__builtin_constant_p(!!sym), #sym " should be marked as __weak"); !!sym; })
___bpf_concat(a, b) a ## b
___bpf_apply(fn, n) ___bpf_concat(fn, n)
___bpf_nth(_, _1, _2, _3, _4, _5, _6, _7, _8, _9, _a, _b, _c, N, ...) N
___bpf_narg(...) ___bpf_nth(_, ## __VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
`,
  ),
  macros(
    'libbpf: bpf_helpers.h (printing)',
    () => `
___bpf_fill(arr, ...) ___bpf_apply(___bpf_fill, ___bpf_narg(__VA_ARGS__))(arr, 0, ## __VA_ARGS__)
___bpf_fill0(arr, p) do {} while (0)
${nested('___bpf_fill', (n) => (n === 1 ? '(arr, p, x) arr[p] = x' : `(arr, p, x, ...) arr[p] = x; ___bpf_fill${n - 1}(arr, p + 1, __VA_ARGS__)`))}
___bpf_printf_call(call, fmt, ...) ({
  static const char ___fmt[] = fmt;
  unsigned long long ___param[___bpf_narg(__VA_ARGS__)];
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"")
  ___bpf_fill(___param, __VA_ARGS__);
  _Pragma("GCC diagnostic pop")
  call; })
BPF_SEQ_PRINTF(seq, fmt, args...) ___bpf_printf_call(bpf_seq_printf(seq, ___fmt, sizeof(___fmt), ___param, sizeof(___param)), fmt, ## args)
BPF_SNPRINTF(out, out_size, fmt, args...) ___bpf_printf_call(bpf_snprintf(out, out_size, ___fmt, ___param, sizeof(___param)), fmt, ## args)
BPF_NO_GLOBAL_DATA_MOD static const
BPF_PRINTK_FMT_MOD static const
__bpf_printk(fmt, ...) ({ BPF_PRINTK_FMT_MOD char ____fmt[] = fmt; bpf_trace_printk(____fmt, sizeof(____fmt), ## __VA_ARGS__); })
__bpf_vprintk(fmt, args...) ___bpf_printf_call(bpf_trace_vprintk(___fmt, sizeof(___fmt), ___param, sizeof(___param)), fmt, ## args)
___bpf_pick_printk(...) ___bpf_nth(_, ## __VA_ARGS__, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk,
  __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_printk, __bpf_printk, __bpf_printk, __bpf_printk)
bpf_printk(fmt, args...) ___bpf_pick_printk(args)(fmt, ## args)
bpf_stream_printk(stream_id, fmt, args...) ___bpf_printf_call(bpf_stream_vprintk(stream_id, ___fmt, ___param, sizeof(___param), NULL), fmt, ## args)
`,
  ),
  macros(
    'libbpf: bpf_helpers.h (open-coded iterators)',
    `
bpf_for_each(type, cur, args...) for (
  struct bpf_iter_##type ___it __attribute__((aligned(8), cleanup(bpf_iter_##type##_destroy))),
  *___p __attribute__((unused)) = (bpf_iter_##type##_new(&___it, ## args), (void)bpf_iter_##type##_destroy, (void *)0);
  (((cur) = bpf_iter_##type##_next(&___it)));)
bpf_for(i, start, end) for (
  struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))),
  *___p __attribute__((unused)) = (bpf_iter_num_new(&___it, (start), (end)), (void)bpf_iter_num_destroy, (void *)0);
  ({ int *___t = bpf_iter_num_next(&___it); (___t ? ((i) = *___t, (i) >= (start) && (i) < (end)) : 0); });)
bpf_repeat(N) for (
  struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))),
  *___p __attribute__((unused)) = (bpf_iter_num_new(&___it, 0, (N)), (void)bpf_iter_num_destroy, (void *)0);
  bpf_iter_num_next(&___it);)
`,
  ),
];

export const bpfEndian: MacroRows = macros(
  'libbpf: bpf_endian.h',
  () => `
___bpf_mvb(x, b, n, m) ((__u##b)(x) << (b - (n + 1) * 8) >> (b - 8) << (m * 8))
___bpf_swab16(x) ((__u16)(___bpf_mvb(x, 16, 0, 1) | ___bpf_mvb(x, 16, 1, 0)))
___bpf_swab32(x) ((__u32)(___bpf_mvb(x, 32, 0, 3) | ___bpf_mvb(x, 32, 1, 2) | ___bpf_mvb(x, 32, 2, 1) | ___bpf_mvb(x, 32, 3, 0)))
___bpf_swab64(x) __builtin_bswap64(x)
${['16', '32', '64']
  .flatMap((bits) => {
    const short = { 16: 's', 32: 'l', 64: 'll' }[bits];
    const swap = `((__u${bits})__builtin_bswap${bits}(x))`;
    const network = bits === '64' ? [] : [`bpf_hton${short}(x) ${swap}`, `bpf_ntoh${short}(x) ${swap}`];
    const own = [`bpf_cpu_to_be${bits}(x) ${swap}`, `bpf_be${bits}_to_cpu(x) ${swap}`];
    const inner = [`__bpf_cpu_to_be${bits}(x) ${swap}`, `__bpf_be${bits}_to_cpu(x) ${swap}`];
    const constant =
      bits === '64' ? [] : [`__bpf_constant_hton${short}(x) ${swap}`, `__bpf_constant_ntoh${short}(x) ${swap}`];
    const plain = bits === '64' ? [] : [`__bpf_hton${short}(x) ${swap}`, `__bpf_ntoh${short}(x) ${swap}`];
    return [
      ...network,
      ...own,
      ...inner,
      ...constant,
      ...plain,
      `__bpf_constant_cpu_to_be${bits}(x) ${swap}`,
      `__bpf_constant_be${bits}_to_cpu(x) ${swap}`,
    ];
  })
  .join('\n')}
`,
);
