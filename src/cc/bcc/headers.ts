// The names BCC brings by itself: its macros, inline functions and packet headers (bcc: src/cc/export/helpers.h, proto.h, v0.31).

import { bpfTracing } from '../headers/bpf-tracing.ts';
import { MacroNames } from '../headers/name-tables.ts';
import { type DeclarationRows, declarations, type MacroRows, macros } from '../headers/rows.ts';
import { mapMacros } from './map-macros.ts';
import { packetHeader } from './packet-headers.ts';
import { tracepointStruct } from './tracepoints.ts';

/** Registers BCC names without the cast that libbpf's macros have; system calls as `BPF_KSYSCALL` sees them. */
const machines = {
  x86: macros(
    'bcc: helpers.h',
    '__x86_64__ 1\nbpf_target_x86\nPT_REGS_SYSCALL_CTX(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))\n',
  ),
  arm64: macros(
    'bcc: helpers.h',
    '__aarch64__ 1\nbpf_target_arm64\nPT_REGS_SYSCALL_CTX(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))\n',
  ),
} as const;

const bccMacros = macros(
  'bcc: src/cc/export/helpers.h',
  `
__KERNEL__ 1
__BPF_TRACING__ 1
KBUILD_MODNAME "bcc"
asm_inline asm
BPF_MAX_STACK_DEPTH 127
CUR_CPU_IDENTIFIER BPF_F_CURRENT_CPU
BPF_LICENSE GPL
BPF_PACKET_HEADER __attribute__((packed, btf_decl_tag("bcc:packet")))
MASK(n) ((n) < 64 ? (1ull << (n)) - 1 : -1ull)
lock_xadd(ptr, val) ((void)__sync_fetch_and_add(ptr, val))
cursor_advance(_cursor, _len) ({ void *_tmp = _cursor; _cursor += _len; _tmp; })
load_byte(skb, off) __builtin_bpf_load_byte((void *)(skb), (off))
load_half(skb, off) __builtin_bpf_load_half((void *)(skb), (off))
load_word(skb, off) __builtin_bpf_load_word((void *)(skb), (off))
load_dword(skb, off) ((load_word(skb, off) << 32) | load_word(skb, (off) + 4))
bpf_num_cpus() __bcc_num_cpus
bpf_trace_printk_(args...) bpf_trace_printk(args)
bpf_htonll(x) bpf_cpu_to_be64(x)
bpf_ntohll(x) bpf_be64_to_cpu(x)
BPF_PROG_TRACE(name, args...) BPF_PROG(name, ## args)
TRACEPOINT_PROBE(category, event) int tracepoint__##category##__##event(struct tracepoint__##category##__##event *args)
RAW_TRACEPOINT_PROBE(event) int raw_tracepoint__##event(struct bpf_raw_tracepoint_args *ctx)
KFUNC_PROBE(event, args...) int BPF_PROG(kfunc__##event, ## args)
KRETFUNC_PROBE(event, args...) int BPF_PROG(kretfunc__##event, ## args)
KMOD_RET(event, args...) int BPF_PROG(kmod_ret__##event, ## args)
LSM_PROBE(event, args...) int BPF_PROG(lsm__##event, ## args)
__bcc_module_probe(kind, name, module, event, args...) __attribute__((section(kind "/" #module ":" #event), used)) int BPF_PROG(name##__##module##__##event, ## args)
MODULE_KFUNC_PROBE(module, event, args...) __bcc_module_probe("fentry", kfunc, module, event, ## args)
MODULE_KRETFUNC_PROBE(module, event, args...) __bcc_module_probe("fexit", kretfunc, module, event, ## args)
BPF_ITER(target) int bpf_iter__##target(struct bpf_iter__##target *ctx)
TP_DATA_LOC_READ_CONST(dst, field, length) do {
  unsigned short __offset = args->data_loc_##field & 0xFFFF;
  bpf_probe_read((void *)dst, length, (char *)args + __offset); } while (0)
TP_DATA_LOC_READ(dst, field) do {
  unsigned short __offset = args->data_loc_##field & 0xFFFF;
  unsigned short __length = args->data_loc_##field >> 16;
  bpf_probe_read((void *)dst, __length, (char *)args + __offset); } while (0)
TP_DATA_LOC_READ_STR(dst, field, length) do {
  unsigned short __offset = args->data_loc_##field & 0xFFFF;
  bpf_probe_read_str((void *)dst, length, (char *)args + __offset); } while (0)
TP_DATA_LOC(field) ((char *)args + (args->data_loc_##field & 0xFFFF))
`,
);

const inline = 'static inline __attribute__((always_inline))';

const functions = declarations(
  'bcc: src/cc/export/helpers.h',
  `
bpf_log2:
  ${inline} unsigned int bpf_log2(unsigned int v) {
    unsigned int r = (v > 0xFFFF) << 4;
    v >>= r;
    unsigned int shift = (v > 0xFF) << 3;
    v >>= shift; r |= shift;
    shift = (v > 0xF) << 2;
    v >>= shift; r |= shift;
    shift = (v > 0x3) << 1;
    v >>= shift; r |= shift;
    r |= (v >> 1);
    return r;
  }
bpf_log2l:
  ${inline} unsigned int bpf_log2l(unsigned long v) {
    unsigned int hi = v >> 32;
    return hi ? bpf_log2(hi) + 33 : bpf_log2(v) + 1;
  }
bpf_strncmp_:
  ${inline} int bpf_strncmp_(const char *a, unsigned int n, const char *b) { return bpf_strncmp(a, n, b); }
bpf_l3_csum_replace_:
  ${inline} int bpf_l3_csum_replace_(void *ctx, u64 off, u64 from, u64 to, u64 flags) {
    u64 size = flags & 0xf;
    if (size == 2) { from = __builtin_bswap16(from); to = __builtin_bswap16(to); }
    else if (size == 4) { from = __builtin_bswap32(from); to = __builtin_bswap32(to); }
    else if (size == 8) { from = __builtin_bswap64(from); to = __builtin_bswap64(to); }
    return bpf_l3_csum_replace(ctx, off, from, to, flags);
  }
bpf_l4_csum_replace_:
  ${inline} int bpf_l4_csum_replace_(void *ctx, u64 off, u64 from, u64 to, u64 flags) {
    u64 size = flags & 0xf;
    if (size == 2) { from = __builtin_bswap16(from); to = __builtin_bswap16(to); }
    else if (size == 4) { from = __builtin_bswap32(from); to = __builtin_bswap32(to); }
    else if (size == 8) { from = __builtin_bswap64(from); to = __builtin_bswap64(to); }
    return bpf_l4_csum_replace(ctx, off, from, to, flags);
  }
bpf_dext_pkt:
  ${inline} u64 bpf_dext_pkt(void *pkt, u64 off, u64 bofs, u64 bsz) {
    u64 end = bofs + bsz;
    if (end <= 8) return load_byte(pkt, off) >> (8 - end) & MASK(bsz);
    if (end <= 16) return load_half(pkt, off) >> (16 - end) & MASK(bsz);
    if (end <= 32) return load_word(pkt, off) >> (32 - end) & MASK(bsz);
    return load_dword(pkt, off) >> (64 - end) & MASK(bsz);
  }
bpf_dins_pkt:
  ${inline} void bpf_dins_pkt(void *pkt, u64 off, u64 bofs, u64 bsz, u64 val) {
    u64 end = bofs + bsz;
    if (end <= 8) {
      u8 v = (load_byte(pkt, off) & ~(MASK(bsz) << (8 - end))) | ((val & MASK(bsz)) << (8 - end));
      bpf_skb_store_bytes(pkt, off, &v, 1, 0);
    } else if (end <= 16) {
      u16 v = __builtin_bswap16((load_half(pkt, off) & ~(MASK(bsz) << (16 - end))) | ((val & MASK(bsz)) << (16 - end)));
      bpf_skb_store_bytes(pkt, off, &v, 2, 0);
    } else if (end <= 32) {
      u32 v = __builtin_bswap32((load_word(pkt, off) & ~(MASK(bsz) << (32 - end))) | ((val & MASK(bsz)) << (32 - end)));
      bpf_skb_store_bytes(pkt, off, &v, 4, 0);
    } else {
      u64 v = __builtin_bswap64((load_dword(pkt, off) & ~(MASK(bsz) << (64 - end))) | ((val & MASK(bsz)) << (64 - end)));
      bpf_skb_store_bytes(pkt, off, &v, 8, 0);
    }
  }
bpf_map_lookup_elem_:
  ${inline} void *bpf_map_lookup_elem_(unsigned long map, void *key) { return bpf_map_lookup_elem((void *)map, key); }
`,
);

const types = declarations(
  'bcc: src/cc/export/helpers.h',
  `
bpf_stacktrace:
  struct bpf_stacktrace { u64 ip[127]; };
bpf_stacktrace_buildid:
  struct bpf_stacktrace_buildid { struct bpf_stack_build_id trace[127]; };
`,
);

function machineTable(arch: 'x86' | 'arm64'): MacroNames {
  return new MacroNames(...bpfTracing(arch), machines[arch]);
}

/** What `headers/` shows in BCC's dialect. */
export const bccHeaders: {
  readonly macros: readonly MacroRows[];
  readonly machine: Readonly<Record<'x86' | 'arm64', MacroNames>>;
  readonly declarations: DeclarationRows;
  readonly tags: DeclarationRows;
  readonly packetHeader: typeof packetHeader;
  readonly tracepointStruct: typeof tracepointStruct;
} = {
  macros: [mapMacros, bccMacros],
  machine: { x86: machineTable('x86'), arm64: machineTable('arm64') },
  declarations: functions,
  tags: types,
  packetHeader,
  tracepointStruct,
};
