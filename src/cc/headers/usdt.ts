// What usdt.bpf.h defines: arguments of statically defined probes, by the tables that the loader fills (libbpf's layout, version 1.5).

import { type DeclarationRows, declarations, type MacroRows, macros, nested } from './rows.ts';

export const usdtMacros: MacroRows = macros(
  'libbpf: usdt.bpf.h',
  () => `
BPF_USDT_MAX_SPEC_CNT 256
BPF_USDT_MAX_IP_CNT (4 * BPF_USDT_MAX_SPEC_CNT)
BPF_USDT_MAX_ARG_CNT 12
___bpf_usdt_args0() ctx
${nested('___bpf_usdt_args', (n) => `(${n === 1 ? 'x' : 'x, args...'}) ___bpf_usdt_args${n - 1}(${n === 1 ? '' : 'args'}), ({ long _x; bpf_usdt_arg(ctx, ${n - 1}, &_x); (void *)_x; })`)}
___bpf_usdt_args(args...) ___bpf_apply(___bpf_usdt_args, ___bpf_narg(args))(args)
BPF_USDT(name, args...) name(struct pt_regs *ctx);
  static __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ## args);
  typeof(name(0)) name(struct pt_regs *ctx) { return ____##name(___bpf_usdt_args(args)); }
  static __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ## args)
`,
);

export const usdtTags: DeclarationRows = declarations(
  'libbpf: usdt.bpf.h',
  `
__bpf_usdt_arg_spec:
  struct __bpf_usdt_arg_spec { __u64 val_off; unsigned int arg_type; short reg_off; _Bool arg_signed; char arg_bitshift; };
__bpf_usdt_spec:
  struct __bpf_usdt_spec { struct __bpf_usdt_arg_spec args[12]; __u64 usdt_cookie; short arg_cnt; };
`,
);

const inline = '__attribute__((weak, visibility("hidden")))';

export const usdtDeclarations: DeclarationRows = declarations(
  'libbpf: usdt.bpf.h',
  `
BPF_USDT_ARG_CONST, BPF_USDT_ARG_REG, BPF_USDT_ARG_REG_DEREF, BPF_USDT_ARG_SIB:
  enum __bpf_usdt_arg_type { BPF_USDT_ARG_CONST, BPF_USDT_ARG_REG, BPF_USDT_ARG_REG_DEREF, BPF_USDT_ARG_SIB };
LINUX_HAS_BPF_COOKIE:
  extern const _Bool LINUX_HAS_BPF_COOKIE __attribute__((section(".kconfig")));
__bpf_usdt_specs:
  struct { int (*type)[2]; int (*max_entries)[256]; int *key; struct __bpf_usdt_spec *value; }
    __bpf_usdt_specs __attribute__((section(".maps"), used, weak));
__bpf_usdt_ip_to_spec_id:
  struct { int (*type)[1]; int (*max_entries)[1024]; long *key; __u32 *value; }
    __bpf_usdt_ip_to_spec_id __attribute__((section(".maps"), used, weak));
__bpf_usdt_spec_id:
  static inline __attribute__((always_inline)) int __bpf_usdt_spec_id(struct pt_regs *ctx) {
    if (!LINUX_HAS_BPF_COOKIE) {
      long ip = PT_REGS_IP(ctx);
      int *spec_id_ptr = bpf_map_lookup_elem(&__bpf_usdt_ip_to_spec_id, &ip);
      return spec_id_ptr ? *spec_id_ptr : -3;
    }
    return bpf_get_attach_cookie(ctx);
  }
bpf_usdt_arg_cnt:
  ${inline} int bpf_usdt_arg_cnt(struct pt_regs *ctx) {
    int spec_id = __bpf_usdt_spec_id(ctx);
    if (spec_id < 0) return -3;
    struct __bpf_usdt_spec *spec = bpf_map_lookup_elem(&__bpf_usdt_specs, &spec_id);
    return spec ? spec->arg_cnt : -3;
  }
bpf_usdt_cookie:
  ${inline} long bpf_usdt_cookie(struct pt_regs *ctx) {
    int spec_id = __bpf_usdt_spec_id(ctx);
    if (spec_id < 0) return 0;
    struct __bpf_usdt_spec *spec = bpf_map_lookup_elem(&__bpf_usdt_specs, &spec_id);
    return spec ? spec->usdt_cookie : 0;
  }
bpf_usdt_arg:
  ${inline} int bpf_usdt_arg(struct pt_regs *ctx, __u64 arg_num, long *res) {
    struct __bpf_usdt_spec *spec;
    struct __bpf_usdt_arg_spec *arg_spec;
    unsigned long val, index;
    int err, spec_id;
    *res = 0;
    spec_id = __bpf_usdt_spec_id(ctx);
    if (spec_id < 0) return -3;
    spec = bpf_map_lookup_elem(&__bpf_usdt_specs, &spec_id);
    if (!spec) return -3;
    if (arg_num >= 12) return -2;
    asm volatile("" : "+r"(arg_num));
    if (arg_num >= 12) return -2;
    if (arg_num >= spec->arg_cnt) return -2;
    arg_spec = &spec->args[arg_num];
    switch (arg_spec->arg_type & 0xff) {
      case 0:
        val = arg_spec->val_off;
        break;
      case 1:
        err = bpf_probe_read_kernel(&val, sizeof(val), (void *)ctx + arg_spec->reg_off);
        if (err) return err;
        break;
      case 2:
        err = bpf_probe_read_kernel(&val, sizeof(val), (void *)ctx + arg_spec->reg_off);
        if (err) return err;
        err = bpf_probe_read_user(&val, sizeof(val), (void *)val + arg_spec->val_off);
        if (err) return err;
        break;
      case 3:
        /* The index register's place and its scale stand above the kind. */
        err = bpf_probe_read_kernel(&val, sizeof(val), (void *)ctx + arg_spec->reg_off);
        if (err) return err;
        err = bpf_probe_read_kernel(&index, sizeof(index), (void *)ctx + ((arg_spec->arg_type >> 8) & 0xfff));
        if (err) return err;
        val += index << ((arg_spec->arg_type >> 20) & 0xf);
        err = bpf_probe_read_user(&val, sizeof(val), (void *)val + arg_spec->val_off);
        if (err) return err;
        break;
      default:
        return -22;
    }
    val <<= arg_spec->arg_bitshift;
    if (arg_spec->arg_signed) val = ((long)val) >> arg_spec->arg_bitshift;
    else val = val >> arg_spec->arg_bitshift;
    *res = val;
    return 0;
  }
`,
);
