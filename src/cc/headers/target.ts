// Names whose values differ between kernels: from the target's BTF, version and configuration.

import type { Btf, BtfTypeOf } from '../../btf/index.ts';
import { findMember, sizeOf } from '../../btf/index.ts';

/** What is known of the target. */
export interface HeaderTarget {
  readonly btf?: Btf | undefined;
  /** Types of its modules, asked for where the kernel's own lack a type. */
  readonly modules?: (() => readonly Btf[]) | undefined;
  /** `LINUX_VERSION_CODE`; default: the newest kernel this table was checked with. */
  readonly kernelVersion?: number | undefined;
  /** The target's configuration, `CONFIG_...` to `y`, `m`, a number or a string; asked for when a name depends on it. */
  readonly kconfig?: (() => ReadonlyMap<string, string> | undefined) | undefined;
  readonly architecture?: 'x86' | 'arm64' | undefined;
  /** Number of possible CPUs, asked for where a program depends on it. */
  readonly cpuCount?: (() => number) | undefined;
}

/** v6.18, whose headers the tables follow. */
const NEWEST = (6 << 16) + (18 << 8);

type Source = (target: HeaderTarget, version: number) => string | number | undefined;

function memberSize(btf: Btf | undefined, record: string, ...members: string[]): number | undefined {
  const id = btf?.find(record, 'struct');
  if (!btf || id === undefined) return undefined;
  for (const member of members) {
    const found = findMember(btf, id, member);
    if (found) return sizeOf(btf, found.type);
  }
  return undefined;
}

function enumerator(btf: Btf | undefined, name: string): number | undefined {
  const id = btf?.findEnumerator(name);
  if (!btf || id === undefined) return undefined;
  const { values } = btf.type(id) as BtfTypeOf<'enum' | 'enum64'>;
  return Number(values.find((item) => item.name === name)?.value);
}

/** Flags of allocations, each with its bit before 6.10; since then these are an enum, `___GFP_*_BIT`. */
const gfpBits = {
  DMA: 0,
  HIGHMEM: 1,
  DMA32: 2,
  MOVABLE: 3,
  RECLAIMABLE: 4,
  HIGH: 5,
  IO: 6,
  FS: 7,
  ZERO: 8,
  DIRECT_RECLAIM: 10,
  KSWAPD_RECLAIM: 11,
  WRITE: 12,
  NOWARN: 13,
  RETRY_MAYFAIL: 14,
  NOFAIL: 15,
  NORETRY: 16,
  MEMALLOC: 17,
  COMP: 18,
  NOMEMALLOC: 19,
  HARDWALL: 20,
  THISNODE: 21,
  ACCOUNT: 22,
};

type GfpFlag = keyof typeof gfpBits;

function gfp(...flags: readonly GfpFlag[]): Source {
  return ({ btf }) => {
    let mask = 0;
    for (const flag of flags) mask |= 1 << (enumerator(btf, `___GFP_${flag}_BIT`) ?? gfpBits[flag]);
    return `((gfp_t)0x${(mask >>> 0).toString(16)}u)`;
  };
}

const reclaim = ['DIRECT_RECLAIM', 'KSWAPD_RECLAIM'] as const;

/** Macros by name, each with where its value comes from. To add one: a row here. */
const sources: Readonly<Record<string, Source>> = {
  LINUX_VERSION_CODE: (_, version) => version,
  LINUX_VERSION_MAJOR: (_, version) => version >> 16,
  LINUX_VERSION_PATCHLEVEL: (_, version) => (version >> 8) & 0xff,
  LINUX_VERSION_SUBLEVEL: (_, version) => version & 0xff,
  // include/linux/dcache.h: size of the name kept inside a dentry.
  DNAME_INLINE_LEN: ({ btf }) => memberSize(btf, 'dentry', 'd_shortname', 'd_iname') ?? 40,
  // Renamed in 6.15 (include/linux/dcache.h).
  d_iname: ({ btf }) =>
    memberSize(btf, 'dentry', 'd_iname') === undefined && memberSize(btf, 'dentry', 'd_shortname')
      ? 'd_shortname.string'
      : undefined,
  // include/linux/sched.h: an enumerator since 5.17.
  TASK_COMM_LEN: ({ btf }) => memberSize(btf, 'task_struct', 'comm') ?? 16,
  // include/linux/pid_namespace.h, include/linux/utsname.h
  __NEW_UTS_LEN: ({ btf }) => (memberSize(btf, 'new_utsname', 'sysname') ?? 65) - 1,
  HZ: ({ kconfig }) => kconfig?.()?.get('CONFIG_HZ') ?? 250,
  NR_CPUS: ({ kconfig }) => kconfig?.()?.get('CONFIG_NR_CPUS') ?? 8192,
  // bcc: src/cc/export/helpers.h
  __bcc_num_cpus: ({ cpuCount, kconfig }) => cpuCount?.() ?? kconfig?.()?.get('CONFIG_NR_CPUS') ?? 8192,
  // arch/x86/include/asm/page_64_types.h, arch/arm64/include/asm/memory.h (48-bit addresses)
  PAGE_OFFSET: ({ architecture }) => (architecture === 'arm64' ? '0xffff000000000000UL' : '0xffff888000000000UL'),
  THREAD_SIZE: () => '(4UL << 12)',
  // include/linux/gfp_types.h
  GFP_ATOMIC: gfp('HIGH', 'KSWAPD_RECLAIM'),
  GFP_KERNEL: gfp(...reclaim, 'IO', 'FS'),
  GFP_NOWAIT: gfp('KSWAPD_RECLAIM'),
  GFP_NOIO: gfp(...reclaim),
  GFP_NOFS: gfp(...reclaim, 'IO'),
  __GFP_RECLAIM: gfp(...reclaim),
  GFP_KERNEL_ACCOUNT: gfp(...reclaim, 'IO', 'FS', 'ACCOUNT'),
  GFP_HIGHUSER: gfp(...reclaim, 'IO', 'FS', 'HARDWALL', 'HIGHMEM'),
  GFP_HIGHUSER_MOVABLE: gfp(...reclaim, 'IO', 'FS', 'HARDWALL', 'HIGHMEM', 'MOVABLE'),
  GFP_USER: gfp(...reclaim, 'IO', 'FS', 'HARDWALL'),
};

/** A single flag of allocations. */
function gfpFlag(name: string): Source | undefined {
  const prefix = '__GFP_';
  const flag = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return Object.hasOwn(gfpBits, flag) ? gfp(flag as GfpFlag) : undefined;
}

/** Value of a name that depends on the target; undefined where the table does not have it. */
export function targetMacro(name: string, target: HeaderTarget): string | undefined {
  const source = Object.hasOwn(sources, name) ? sources[name] : gfpFlag(name);
  const value = source?.(target, target.kernelVersion ?? NEWEST);
  return value === undefined ? undefined : String(value);
}

/** `CONFIG_X` as the kernel's `autoconf.h` defines it: `y` is 1, `m` defines `CONFIG_X_MODULE` instead. */
export function configMacro(name: string, { kconfig, architecture }: HeaderTarget): string | undefined {
  const config = kconfig?.();
  const value = config?.get(name);
  if (value === 'y') return '1';
  if (value === 'm' || value === 'n') return undefined;
  if (value !== undefined) return value;
  if (name.endsWith('_MODULE') && config?.get(name.slice(0, -7)) === 'm') return '1';
  if (config) return undefined;
  return assumedConfig(architecture ?? 'x86').has(name) ? '1' : undefined;
}

/** What every kernel with BPF and BTF has, for a target whose configuration is not known. */
function assumedConfig(architecture: 'x86' | 'arm64'): ReadonlySet<string> {
  const machine = architecture === 'x86' ? 'X86_64 X86 HAVE_ARCH_MMAP_RND_BITS' : 'ARM64';
  const names = `64BIT SMP MMU NET INET IPV6 BPF BPF_SYSCALL BPF_EVENTS BPF_JIT CGROUPS CGROUP_BPF NET_NS PID_NS USER_NS UTS_NS IPC_NS NAMESPACES
    PERF_EVENTS TRACEPOINTS FTRACE FUNCTION_TRACER KPROBES UPROBES KALLSYMS MODULES BLOCK PROC_FS SYSFS DEBUG_INFO_BTF ARCH_HAS_SYSCALL_WRAPPER
    STACKTRACE FAIR_GROUP_SCHED CGROUP_SCHED MEMCG BLK_CGROUP SCHED_INFO TASKSTATS AUDIT SECURITY ${machine}`;
  return new Set(names.split(/\s+/).map((name) => `CONFIG_${name}`));
}
