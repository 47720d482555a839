// The names that headers would bring, found one by one: macros for the preprocessor, declarations for the checker.

import type { Btf } from '../../btf/index.ts';
import { elementFlags, helperPrototypes, helpers, mapFlags, mapTypes } from '../../spec/index.ts';
import { bccHeaders } from '../bcc/headers.ts';
import { bpfCoreDeclarations, bpfCoreRead } from './bpf-core-read.ts';
import { bpfEndian, bpfHelpers } from './bpf-helpers.ts';
import { bpfTracing, type HeaderArchitecture, machineRows, tracingTags } from './bpf-tracing.ts';
import { compilerFunctions } from './compiler-functions.ts';
import { groupsOf, type HeaderGroup } from './includes.ts';
import { kernelConstants } from './kernel-constants.ts';
import { kernelFunctions } from './kernel-functions.ts';
import { in6Macros, kernelMacros, languageMacros, limitMacros, memberAliases } from './kernel-macros.ts';
import { interfaceTags, typedefs } from './kernel-types.ts';
import { moduleTypes } from './module-types.ts';
import { ConstantTable, DeclarationNames, FunctionNames, MacroNames, type Names } from './name-tables.ts';
import { ownDeclarations } from './own-declarations.ts';
import { declarations, macros } from './rows.ts';
import { configMacro, type HeaderTarget, targetMacro } from './target.ts';
import type { Headers } from './types.ts';
import { uapiConstants, uapiEnumerators } from './uapi-constants.generated.ts';
import { usdtDeclarations, usdtMacros, usdtTags } from './usdt.ts';

/** What {@link createHeaders} needs. */
export interface HeadersOptions extends HeaderTarget {
  /** Names of BCC and of the whole kernel are visible from the start. */
  readonly dialect?: 'auto' | 'bcc' | 'libbpf' | undefined;
  /** The text of an event's `format` file in tracefs; undefined where there is none. */
  readonly tracepointFormat?: ((category: string, event: string) => string | undefined) | undefined;
  /** The program's text: what it declares itself wins over macros of the kernel's headers. */
  readonly text?: string | undefined;
}

/** Groups of which a program may have meant nothing, where they are visible from the start. */
const concealable: ReadonlySet<HeaderGroup> = new Set<HeaderGroup>(['kernel', 'uapi', 'network', 'in6', 'c']);

const cLibrary = macros(
  'C11 7.19, 7.20; POSIX',
  `
NULL ((void *)0)
offsetof(type, member) __builtin_offsetof(type, member)
true 1
false 0
bool _Bool
INT8_MAX 127
INT16_MAX 32767
INT32_MAX 2147483647
INT64_MAX 9223372036854775807L
UINT8_MAX 255
UINT16_MAX 65535
UINT32_MAX 4294967295U
UINT64_MAX 18446744073709551615UL
INT8_MIN (-128)
INT16_MIN (-32768)
INT32_MIN (-2147483647 - 1)
INT64_MIN (-9223372036854775807L - 1)
SIZE_MAX 18446744073709551615UL
INT64_C(c) c ## L
UINT64_C(c) c ## UL
INT32_C(c) c
UINT32_C(c) c ## U
static_assert _Static_assert
alignas _Alignas
alignof _Alignof
`,
);

const groups: Readonly<Record<HeaderGroup, Names>> = {
  vmlinux: new MacroNames(macros('bpftool btf dump file vmlinux format c', '__VMLINUX_H__ 1\n')),
  libbpf: new MacroNames(...bpfHelpers, bpfEndian, ...bpfCoreRead),
  usdt: new MacroNames(usdtMacros),
  uapi: new ConstantTable(uapiConstants),
  kernel: new MacroNames(...languageMacros, ...kernelMacros, ...kernelConstants),
  network: new MacroNames(...memberAliases),
  in6: new MacroNames(in6Macros),
  c: new MacroNames(cLibrary, limitMacros),
  bcc: new MacroNames(...bccHeaders.macros),
};

const tracing: Readonly<Record<HeaderArchitecture, Names>> = {
  x86: new MacroNames(...bpfTracing('x86'), machineRows('x86')),
  arm64: new MacroNames(...bpfTracing('arm64'), machineRows('arm64')),
};

/** Numbers of the helpers by name, without `bpf_`. */
const helperIds: ReadonlyMap<string, number> = new Map(helpers.map(({ id, name }) => [name, id]));

function helperId(name: string): number | undefined {
  return name.startsWith('bpf_') ? helperIds.get(name.slice('bpf_'.length)) : undefined;
}

/** A helper as a constant pointer to a function at its number, as libbpf's bpf_helper_defs.h has it. */
function helperDeclaration(name: string, id: number): string {
  const { prototype } = helperPrototypes[id - 1] as { readonly prototype: string };
  return `static ${prototype.replace(`${name}(`, `(* const ${name})(`)} = (void *)${id};`;
}

/** Functions that compilers have, and what the templates of BCC's methods name. */
const ownNames = /^__(?:(?:builtin|sync|atomic|bcc)_|map$|\d+$)/;

/** Kernel enums whose enumerators are known by how they begin: no search through all of BTF is needed. The first row counts. */
const enumBeginnings: readonly (readonly [beginning: string, tag: string | undefined])[] = [
  ['BPF_FUNC_', 'bpf_func_id'],
  ['BPF_MAP_TYPE_', 'bpf_map_type'],
  ['BPF_PROG_TYPE_', 'bpf_prog_type'],
  ['TCP_CA_', 'tcp_ca_state'],
  ['REQ_OP_BITS', undefined],
  ['REQ_OP_MASK', undefined],
  ['REQ_OP_', 'req_op'],
  ['SKB_DROP_REASON_', 'skb_drop_reason'],
  ['ITER_', 'iter_type'],
  ['COMPACT_', 'compact_result'],
  ['PIDTYPE_', 'pid_type'],
  ['PERF_TYPE_', 'perf_type_id'],
  ['PERF_COUNT_HW_CACHE', undefined],
  ['PERF_COUNT_HW_', 'perf_hw_id'],
  ['PERF_COUNT_SW_', 'perf_sw_ids'],
];
/** Enumerators whose beginning says nothing. */
const enumsByName: ReadonlyMap<string, string> = new Map([
  ['XDP_ABORTED', 'xdp_action'],
  ['XDP_DROP', 'xdp_action'],
  ['XDP_PASS', 'xdp_action'],
  ['XDP_TX', 'xdp_action'],
  ['XDP_REDIRECT', 'xdp_action'],
  ['SKB_NOT_DROPPED_YET', 'skb_drop_reason'],
  ['IRQ_NONE', 'irqreturn'],
  ['IRQ_HANDLED', 'irqreturn'],
  ['IRQ_WAKE_THREAD', 'irqreturn'],
]);

/** Enumerators of uapi/linux/bpf.h that the tables of `spec/` hold, for targets without BTF. */
function specConstant(name: string): number | undefined {
  const helper = 'BPF_FUNC_';
  return name.startsWith(helper) ? helperIds.get(name.slice(helper.length)) : specConstants.get(name);
}

const specConstants: ReadonlyMap<string, number> = new Map<string, number>([
  ...[...mapTypes, ...mapFlags, ...elementFlags].map(({ kernelName, value }) => [kernelName, value] as const),
  ...['ABORTED', 'DROP', 'PASS', 'TX', 'REDIRECT'].map((name, value) => [`XDP_${name}`, value] as const),
]);

const knownEnumerators = declarations(
  'include/uapi/linux/bpf.h, libbpf: bpf_helpers.h',
  `
LIBBPF_PIN_NONE, LIBBPF_PIN_BY_NAME:
  enum libbpf_pin_type { LIBBPF_PIN_NONE, LIBBPF_PIN_BY_NAME };
TRI_UNKNOWN, TRI_NO, TRI_YES, TRI_MODULE:
  enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };
TCP_ESTABLISHED, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_TIME_WAIT, TCP_CLOSE, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING, TCP_NEW_SYN_RECV, TCP_MAX_STATES:
  enum { TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_TIME_WAIT, TCP_CLOSE, TCP_CLOSE_WAIT,
    TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING, TCP_NEW_SYN_RECV, TCP_MAX_STATES = 13 };
BPF_F_CURRENT_CPU, BPF_F_INDEX_MASK, BPF_F_CTXLEN_MASK:
  enum { BPF_F_INDEX_MASK = 0xffffffffULL, BPF_F_CURRENT_CPU = BPF_F_INDEX_MASK, BPF_F_CTXLEN_MASK = (0xfffffULL << 32) };
BPF_F_SKIP_FIELD_MASK, BPF_F_USER_STACK, BPF_F_FAST_STACK_CMP, BPF_F_REUSE_STACKID, BPF_F_USER_BUILD_ID:
  enum { BPF_F_SKIP_FIELD_MASK = 0xffULL, BPF_F_USER_STACK = (1ULL << 8), BPF_F_FAST_STACK_CMP = (1ULL << 9),
    BPF_F_REUSE_STACKID = (1ULL << 10), BPF_F_USER_BUILD_ID = (1ULL << 11) };
`,
);

const declared: Names = new DeclarationNames(
  bpfCoreDeclarations,
  usdtDeclarations,
  knownEnumerators,
  bccHeaders.declarations,
  ...moduleTypes,
);
/** Functions are many: their tables are read only for a name that is nothing else. */
const inlineFunctions: Names = new FunctionNames(...kernelFunctions);
const builtinFunctions: Names = new DeclarationNames(...compilerFunctions);
const typedefNames: Names = new DeclarationNames(typedefs);
const tags: Names = new DeclarationNames(
  tracingTags,
  usdtTags,
  bccHeaders.tags,
  declarations(
    'libbpf: bpf_helpers.h',
    `
libbpf_pin_type:
  enum libbpf_pin_type { LIBBPF_PIN_NONE, LIBBPF_PIN_BY_NAME };
libbpf_tristate:
  enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };
`,
  ),
);

/** Enumerators that BTF has only where the kernel itself uses their enum. */
const enumerators: Names = new ConstantTable(uapiEnumerators);

const interfaceTagNames: Names = new DeclarationNames(interfaceTags, ...moduleTypes);

/** Names to look through for one compilation. */
export function createHeaders(options: HeadersOptions = {}): Headers {
  return new TableHeaders(options);
}

class TableHeaders implements Headers {
  readonly #options: HeadersOptions;
  readonly #isBcc: boolean;
  readonly #visible: Set<HeaderGroup>;
  /** Names of the machine compiled for, by the group that they are visible with. */
  readonly #machine: Partial<Record<HeaderGroup, Names>>;
  /** What {@link macro} answered: most identifiers stand in a text several times. */
  readonly #macros = new Map<string, string | undefined>();
  #own: ReadonlySet<string> | undefined;

  constructor(options: HeadersOptions) {
    this.#options = options;
    this.#isBcc = options.dialect === 'bcc';
    this.#visible = new Set(this.#isBcc ? ['bcc', 'kernel', 'uapi', 'libbpf', 'usdt', 'in6'] : []);
    const { architecture = 'x86' } = options;
    this.#machine = { libbpf: tracing[architecture], ...(this.#isBcc && { bcc: bccHeaders.machine[architecture] }) };
  }

  has(path: string): boolean {
    return groupsOf(path, this.#isBcc) !== undefined;
  }

  include(path: string): boolean {
    const shown = groupsOf(path, this.#isBcc);
    for (const group of shown ?? []) this.#visible.add(group);
    this.#macros.clear();
    return shown !== undefined;
  }

  macro(name: string): string | undefined {
    const known = this.#macros.get(name);
    if (known !== undefined || this.#macros.has(name)) return known;
    const found = this.#findMacro(name);
    this.#macros.set(name, found);
    return found;
  }

  #findMacro(name: string): string | undefined {
    for (const group of this.#visible) {
      const row = groups[group].get(name) ?? this.#machine[group]?.get(name);
      if (row !== undefined) return concealable.has(group) && this.#isOwn(name) ? undefined : row;
    }
    return this.#targetMacro(name);
  }

  #isOwn(name: string): boolean {
    this.#own ??= ownDeclarations(this.#options.text ?? '');
    return this.#own.has(name);
  }

  #targetMacro(name: string): string | undefined {
    if (name.startsWith('__TARGET_ARCH_')) return this.#machine.libbpf?.get(name);
    if (!this.#visible.has('kernel') && !this.#visible.has('uapi')) return undefined;
    if (name === 'KERNEL_VERSION') return groups.libbpf.get(name);
    const value =
      name.startsWith('CONFIG_') && this.#visible.has('kernel')
        ? configMacro(name, this.#options)
        : this.#versioned(name);
    return value === undefined ? undefined : `${name} ${value}`;
  }

  /** Version macros come with uapi headers; the rest only with the kernel's own. */
  #versioned(name: string): string | undefined {
    if (!this.#visible.has('kernel') && !name.startsWith('LINUX_VERSION')) return undefined;
    return targetMacro(name, this.#options);
  }

  declaration(name: string): string | undefined {
    const { btf } = this.#options;
    const helper = helperId(name);
    if (helper !== undefined) return helperDeclaration(name, helper);
    const typedef = typedefNames.get(name);
    if (typedef !== undefined) return btf?.find(name, 'typedef') === undefined ? typedef : undefined;
    const row = declared.get(name);
    if (row !== undefined) return row;
    const tag = this.enumTag(name);
    if (tag !== undefined && btf?.find(tag, 'enum') !== undefined) return undefined;
    const value = specConstant(name) ?? this.#constant(name);
    if (value === undefined) return inlineFunctions.get(name) ?? builtinFunctions.get(name);
    return `enum { ${name} = ${value} };`;
  }

  enumTag(name: string): string | undefined {
    return enumsByName.get(name) ?? enumBeginnings.find(([beginning]) => name.startsWith(beginning))?.[1];
  }

  /** Constants of the tables are found even where the header that has them was not included. */
  #constant(name: string): string | undefined {
    const row = groups.uapi.get(name) ?? groups.kernel.get(name) ?? enumerators.get(name);
    if (row !== undefined) return /^\w+ \(?([-\dxa-fA-FULul]+)\)?$/.exec(row)?.[1];
    return targetMacro(name, this.#options);
  }

  tag(tag: string): string | undefined {
    const own = this.#isBcc ? bccHeaders.tracepointStruct(tag, this.#options) : undefined;
    return own ?? tags.get(tag) ?? bccHeaders.packetHeader(tag) ?? this.#interfaceTag(tag);
  }

  /** A type that the kernel's and its modules' BTF may lack. */
  #interfaceTag(tag: string): string | undefined {
    const text = interfaceTagNames.get(tag);
    if (text === undefined) return undefined;
    const { btf, modules } = this.#options;
    const isTargets = (types: Btf): boolean =>
      types.find(tag, 'struct') !== undefined || types.find(tag, 'enum') !== undefined;
    return (btf && isTargets(btf)) || modules?.().some(isTargets) ? undefined : text;
  }

  isTypeName(name: string): boolean {
    return typedefNames.get(name) !== undefined;
  }

  isValueName(name: string): boolean {
    return (
      ownNames.test(name) ||
      helperId(name) !== undefined ||
      specConstant(name) !== undefined ||
      this.enumTag(name) !== undefined
    );
  }

  *names(): Generator<string> {
    for (const group of this.#visible) yield* groups[group].keys();
    if (this.#visible.has('libbpf')) yield* this.#machine.libbpf?.keys() ?? [];
    for (const name of helperIds.keys()) yield `bpf_${name}`;
  }
}
