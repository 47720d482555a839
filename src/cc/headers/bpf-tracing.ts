// What bpf_tracing.h defines, for x86-64 and arm64: our own text for the names of libbpf 1.5.

import { type DeclarationRows, declarations, type MacroRows, macros, nested } from './rows.ts';

/** Machines whose registers are known. */
export type HeaderArchitecture = 'x86' | 'arm64';

interface Registers {
  readonly cast: string;
  readonly coreCast: string;
  /** In order of parameters; `PARM6` and beyond may be absent. */
  readonly parameters: readonly string[];
  readonly syscall: readonly string[];
  readonly ret: string;
  readonly fp: string;
  readonly rc: string;
  readonly sp: string;
  readonly ip: string;
  /** Register that holds the number of a system call. */
  readonly number: string;
}

const arm64Parameters = Array.from({ length: 8 }, (_, i) => `regs[${i}]`);

const architectures: Readonly<Record<HeaderArchitecture, Registers>> = {
  x86: {
    cast: '(x)',
    coreCast: '(x)',
    parameters: ['di', 'si', 'dx', 'cx', 'r8', 'r9'],
    syscall: ['di', 'si', 'dx', 'r10', 'r8', 'r9'],
    ret: 'sp',
    fp: 'bp',
    rc: 'ax',
    sp: 'sp',
    ip: 'ip',
    number: 'orig_ax',
  },
  arm64: {
    cast: '((const struct user_pt_regs *)(x))',
    coreCast: '((const struct pt_regs___arm64 *)(x))',
    parameters: arm64Parameters,
    syscall: ['orig_x0', ...arm64Parameters.slice(1, 6)],
    ret: 'regs[30]',
    fp: 'regs[29]',
    rc: 'regs[0]',
    sp: 'sp',
    ip: 'pc',
    number: 'syscallno',
  },
};

function registerMacros(arch: HeaderArchitecture): string {
  const regs = architectures[arch];
  const named = { RET: regs.ret, FP: regs.fp, RC: regs.rc, SP: regs.sp, IP: regs.ip };
  const lines = [`__PT_REGS_CAST(x) ${regs.cast}`, `__PT_REGS_CORE_CAST(x) ${regs.coreCast}`];
  const both = (name: string, register: string): void => {
    lines.push(`PT_REGS_${name}(x) (__PT_REGS_CAST(x)->${register})`);
    lines.push(`PT_REGS_${name}_CORE(x) BPF_CORE_READ(__PT_REGS_CORE_CAST(x), ${register})`);
  };
  regs.parameters.forEach((register, i) => {
    lines.push(`__PT_PARM${i + 1}_REG ${register}`);
    both(`PARM${i + 1}`, register);
  });
  for (let i = regs.parameters.length; i < 8; i++)
    lines.push(`PT_REGS_PARM${i + 1}(x) 0UL`, `PT_REGS_PARM${i + 1}_CORE(x) 0UL`);
  for (const [name, register] of Object.entries(named)) {
    lines.push(`__PT_${name}_REG ${register}`);
    both(name, register);
  }
  regs.syscall.forEach((register, i) => {
    const n = i + 1;
    lines.push(`__PT_PARM${n}_SYSCALL_REG ${register}`);
    // The first one of arm64 is kept where only the kernel's own struct shows it.
    const cast = register === 'orig_x0' ? '__PT_REGS_CORE_CAST' : '__PT_REGS_CAST';
    const plain = register === 'orig_x0' ? `PT_REGS_PARM${n}_CORE_SYSCALL(x)` : `(${cast}(x)->${register})`;
    lines.push(`PT_REGS_PARM${n}_SYSCALL(x) ${plain}`);
    lines.push(`PT_REGS_PARM${n}_CORE_SYSCALL(x) BPF_CORE_READ(__PT_REGS_CORE_CAST(x), ${register})`);
  });
  lines.push('PT_REGS_PARM7_SYSCALL(x) 0UL', 'PT_REGS_PARM7_CORE_SYSCALL(x) 0UL');
  return lines.join('\n');
}

/** \`f0() ctx\`, then one more argument each. */
function argumentLists(): string {
  const list = (name: string, argument: (n: number) => string): string =>
    `${name}0() ctx\n${nested(name, (n) => `(${n === 1 ? 'x' : 'x, args...'}) ${name}${n - 1}(${n === 1 ? '' : 'args'}), ${argument(n)}`)}\n${name}(args...) ___bpf_apply(${name}, ___bpf_narg(args))(args)`;
  const parameters = (name: string, argument: (n: number) => string): string =>
    `${name}0() ctx\n${nested(name, (n) => `(${n === 1 ? 'x' : 'x, args...'}) ${name}${n - 1}(${n === 1 ? '' : 'args'}), ${argument(n)}`, 8)}\n${name}(args...) ___bpf_apply(${name}, ___bpf_narg(args))(args)`;
  return [
    list('___bpf_ctx_cast', (n) => `(void *)ctx[${n - 1}]`),
    parameters('___bpf_kprobe_args', (n) => `(void *)PT_REGS_PARM${n}(ctx)`),
    parameters('___bpf_syscall_args', (n) => `(void *)PT_REGS_PARM${n}_SYSCALL(regs)`),
    parameters('___bpf_syswrap_args', (n) => `(void *)PT_REGS_PARM${n}_CORE_SYSCALL(regs)`),
    '___bpf_kretprobe_args0() ctx\n___bpf_kretprobe_args1(x) ctx, (void *)PT_REGS_RC(ctx)',
    '___bpf_kretprobe_args(args...) ___bpf_apply(___bpf_kretprobe_args, ___bpf_narg(args))(args)',
  ].join('\n');
}

/** A macro that declares the program and an inlined function with typed parameters, and calls the one from the other. */
function wrapper(name: string, context: string, call: string): string {
  return `${name}(name, args...) name(${context}); static __attribute__((always_inline)) typeof(name(0)) ____##name(${context}, ## args);
  typeof(name(0)) name(${context}) { ${call} }
  static __attribute__((always_inline)) typeof(name(0)) ____##name(${context}, ## args)`;
}

const quiet = '_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"")';

/** BPF_PROG2: parameters of struct type take as many slots of the context as they have words. */
function prog2(): string {
  const count = nested(
    '___bpf_reg_cnt',
    (n) =>
      `(${n === 1 ? 't, x' : 't, x, args...'}) ${n === 1 ? '0 +' : `___bpf_reg_cnt${n - 1}(args) +`} ___bpf_treg_cnt(t)`,
    12,
  );
  const declared = nested(
    '___bpf_ctx_decl',
    (n) => (n === 1 ? '(t, x) , t x' : `(t, x, args...) , t x ___bpf_ctx_decl${n - 1}(args)`),
    12,
  );
  const passed = nested(
    '___bpf_ctx_arg',
    (n) =>
      n === 1
        ? '(all, t, x) , ___bpf_union_arg(t, x, all)'
        : `(all, t, x, args...) , ___bpf_union_arg(t, x, (all - (___bpf_reg_cnt${n - 1}(args)))) ___bpf_ctx_arg${n - 1}(all, args)`,
    12,
  );
  return `
___bpf_treg_cnt(t) (sizeof(t) <= 8 ? 1 : 2)
___bpf_reg_cnt0() 0
${count}
___bpf_ctx_decl0()
${declared}
___bpf_ctx_arg0(all)
___bpf_narg2(...) ___bpf_nth2(_, ## __VA_ARGS__, 12, 12, 11, 11, 10, 10, 9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0)
___bpf_nth2(_, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, N, ...) N
${passed}
`;
}

const programMacros = (): string => `
${wrapper('BPF_PROG', 'unsigned long long *ctx', `${quiet} return ____##name(___bpf_ctx_cast(args)); _Pragma("GCC diagnostic pop")`)}
${wrapper('BPF_KPROBE', 'struct pt_regs *ctx', `${quiet} return ____##name(___bpf_kprobe_args(args)); _Pragma("GCC diagnostic pop")`)}
${wrapper('BPF_KRETPROBE', 'struct pt_regs *ctx', `${quiet} return ____##name(___bpf_kretprobe_args(args)); _Pragma("GCC diagnostic pop")`)}
BPF_UPROBE(name, args...) BPF_KPROBE(name, ## args)
BPF_URETPROBE(name, args...) BPF_KRETPROBE(name, ## args)
BPF_KSYSCALL(name, args...) name(struct pt_regs *ctx); extern _Bool LINUX_HAS_SYSCALL_WRAPPER __attribute__((section(".kconfig")));
  static __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ## args);
  typeof(name(0)) name(struct pt_regs *ctx) {
    struct pt_regs *regs = LINUX_HAS_SYSCALL_WRAPPER ? (struct pt_regs *)PT_REGS_PARM1(ctx) : ctx;
    ${quiet}
    if (LINUX_HAS_SYSCALL_WRAPPER) return ____##name(___bpf_syswrap_args(args));
    else return ____##name(___bpf_syscall_args(args));
    _Pragma("GCC diagnostic pop")
  }
  static __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ## args)
BPF_KPROBE_SYSCALL BPF_KSYSCALL
BPF_PROG2(name, args...) name(unsigned long long *ctx);
  static __attribute__((always_inline)) typeof(name(0)) ____##name(unsigned long long *ctx ___bpf_apply(___bpf_ctx_decl, ___bpf_narg2(args))(args));
  typeof(name(0)) name(unsigned long long *ctx) {
    return ____##name(ctx ___bpf_apply(___bpf_ctx_arg, ___bpf_narg2(args))((___bpf_apply(___bpf_reg_cnt, ___bpf_narg2(args))(args)), ## args)); }
  static __attribute__((always_inline)) typeof(name(0)) ____##name(unsigned long long *ctx ___bpf_apply(___bpf_ctx_decl, ___bpf_narg2(args))(args))
___bpf_union_arg(t, x, n) ({ union { __u8 z[sizeof(t)]; __u16 z2[sizeof(t) / 2 ?: 1]; __u64 z8[2]; t x; } ___t = {};
  __u64 ___z1 = ctx[(n) - ___bpf_treg_cnt(t)];
  __builtin_memcpy(&___t, &___z1, sizeof(t) < 8 ? sizeof(t) : 8);
  if (sizeof(t) > 8) ___t.z8[1] = ctx[(n) - 1];
  ___t.x; })
`;

const machineMacros: Readonly<Record<HeaderArchitecture, string>> = {
  x86: '__TARGET_ARCH_x86 1\nbpf_target_x86\n',
  arm64: '__TARGET_ARCH_arm64 1\nbpf_target_arm64\n',
};

/** Macros that say which machine is compiled for. */
export function machineRows(arch: HeaderArchitecture): MacroRows {
  return macros('libbpf: bpf_tracing.h (machine)', machineMacros[arch]);
}

/** The rows for a machine. */
export function bpfTracing(arch: HeaderArchitecture): MacroRows[] {
  return [
    macros(
      'libbpf: bpf_tracing.h (registers)',
      () => `
${registerMacros(arch)}
PT_REGS_SYSCALL_REGS(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))
BPF_KPROBE_READ_RET_IP(ip, ctx) ({ ${arch === 'x86' ? 'bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)PT_REGS_RET(ctx))' : '(ip) = PT_REGS_RET(ctx)'}; })
BPF_KRETPROBE_READ_RET_IP(ip, ctx) ({ ${arch === 'x86' ? 'bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)(PT_REGS_FP(ctx) + sizeof(ip)))' : '(ip) = PT_REGS_RET(ctx)'}; })
`,
    ),
    macros('libbpf: bpf_tracing.h (programs)', () => `${argumentLists()}\n${prog2()}\n${programMacros()}`),
  ];
}

/** Types that only another machine's kernel has. */
export const tracingTags: DeclarationRows = declarations(
  'arch/arm64/include/uapi/asm/ptrace.h; libbpf: bpf_tracing.h',
  `
user_pt_regs:
  struct user_pt_regs { unsigned long long regs[31]; unsigned long long sp; unsigned long long pc; unsigned long long pstate; };
pt_regs___arm64:
  struct pt_regs___arm64 { unsigned long regs[31]; unsigned long sp; unsigned long pc; unsigned long orig_x0; int syscallno; } __attribute__((preserve_access_index));
`,
);
