// The blueprint that every front end produces and every host consumes. It knows nothing of the machine it will run on.

import type { Btf, CoreKind, CoreRelocation, FuncInfo, LineInfo, TypeId } from '../btf/index.ts';
import type { AttachTypeName, MapTypeName, ProgramTypeName } from '../spec/index.ts';

/** Everything a compilation made: programs, maps, types, licence. */
export interface BpfObject {
  /** File or source name, for messages. */
  readonly name: string;
  readonly license: string;
  /** `LINUX_VERSION_CODE` of a `version` section; 0 where there is none. */
  readonly kernelVersion: number;
  readonly programs: readonly ProgramSpec[];
  readonly maps: readonly MapSpec[];
  /** The object's own types, externs included, with sizes and offsets of data sections filled in; undefined where it was built without. */
  readonly btf: Btf | undefined;
  /**
   * Encoded types as a kernel takes them: as `btf` and with the same ids, but externs are made to look defined, as the
   * kernel wants them. Types that an older kernel does not know are still in it: see `sanitizeBtf`.
   */
  readonly btfBytes: Uint8Array | undefined;
  /** What a host has to supply: kernel configuration, kernel symbols, kernel functions. */
  readonly externs: readonly ExternSpec[];
}

/** A program ready to be loaded, but for what only a host knows. */
export interface ProgramSpec {
  /** Name of the C function. */
  readonly name: string;
  /** As in `tracepoint/syscalls/sys_enter_openat`; without the `?` of programs that are not loaded by default. */
  readonly section: string;
  /** Undefined where the section name says nothing: such a program cannot be loaded until a type is chosen (`requireProgramType`). */
  readonly type: ProgramTypeName | undefined;
  readonly attachType: AttachTypeName | undefined;
  /** A kernel that is too old to know the attach type takes the program without. */
  readonly attachTypeOptional?: boolean;
  /** The kernel function, hook or type that the load names by BTF id (`fentry`, `lsm`, `iter`, `freplace`, ...). */
  readonly attachBtf?: string | undefined;
  /** Where the section name says to attach; undefined when the program must be attached by hand. */
  readonly attach: AttachTarget | undefined;
  /** BPF_F_* flags of `BPF_PROG_LOAD` (sleepable, any alignment, XDP fragments, ...). */
  readonly flags: number;
  /** False for `SEC("?...")`: loaded only when asked for. */
  readonly autoload: boolean;
  /**
   * Little-endian instructions: the program's own function first, then every subprogram it reaches. Calls between them are
   * resolved. Where `references` names a slot, its immediate is yet to be filled.
   */
  readonly code: Uint8Array;
  readonly functions: readonly FunctionSpec[];
  readonly funcInfo: readonly FuncInfo[];
  readonly lines: readonly LineInfo[];
  readonly references: readonly Reference[];
  /** Yet to be applied; empty after `relocateCore`. */
  readonly core: readonly CoreRelocation[];
  /** Instructions that CO-RE relocation could not resolve and that must not be reached. */
  readonly poisoned?: readonly PoisonedInstruction[];
}

/** An instruction replaced by a call of an impossible helper because the target has no such type, field or value. */
export interface PoisonedInstruction {
  readonly instruction: number;
  readonly kind: CoreKind;
  /** As in `task_struct.foo`. */
  readonly description: string;
}

/** A function inside a program's code. */
export interface FunctionSpec {
  readonly name: string;
  /** First slot. */
  readonly start: number;
  /** Number of slots. */
  readonly length: number;
  /** Default: `global`. Static functions are verified in the context of each caller. */
  readonly linkage?: 'static' | 'global';
  /** Section the function is written to; default: the program's for the first function, `.text` for others. */
  readonly section?: string;
}

/** A slot whose immediate depends on the host. `instruction` is the slot of the `lddw` or `call`. */
export type Reference = { readonly instruction: number } & (
  | { readonly kind: 'map'; readonly map: string }
  /** Address of a map's value (global variables): map and offset in bytes. */
  | { readonly kind: 'map-value'; readonly map: string; readonly offset: number }
  /** `lddw` of a subprogram's address (callbacks): `target` is a slot of the same program. Already encoded; listed for readers. */
  | { readonly kind: 'subprogram'; readonly target: number }
  /** Address of a kernel symbol, by `extern ... __ksym` with (typed) or without (`void`) BTF type. */
  | { readonly kind: 'ksym'; readonly extern: string }
  /** Call of a kernel function. */
  | { readonly kind: 'kfunc'; readonly extern: string }
);

/** An extern variable or function. */
export interface ExternSpec {
  readonly name: string;
  readonly kind: 'kconfig' | 'ksym' | 'kfunc';
  readonly weak: boolean;
  /** BTF type: of the variable, or the function's `func`. 0 where unknown or `void`. */
  readonly type: TypeId;
  /** Place in the `.kconfig` map's value, for `kconfig`. */
  readonly offset: number;
  readonly size: number;
}

/** A map as the program declares it. */
export interface MapSpec {
  readonly name: string;
  readonly type: MapTypeName;
  readonly keySize: number;
  readonly valueSize: number;
  /** 0 means: the host decides (number of CPUs, or page size). */
  readonly maxEntries: number;
  readonly flags: number;
  /** `map_extra`: number of hashes of a bloom filter, arena address. */
  readonly extra: bigint;
  readonly numaNode: number | undefined;
  /** 0 where unknown. */
  readonly keyType: TypeId;
  readonly valueType: TypeId;
  readonly pinning: 'none' | 'by-name';
  /** Declaration tags of its variable; `pin:PATH` keeps the map at that path, where it is found again. */
  readonly tags?: readonly string[];
  /** Blueprint of the inner map, for maps of maps. */
  readonly inner: MapSpec | undefined;
  /** Declared contents: index and the map or program to put there. */
  readonly initial: readonly { readonly index: number; readonly name: string }[];
  /** What a new map holds before the first program runs; one that is reused or found pinned keeps what it has. */
  readonly entries?: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
  /** Set for the maps that hold global variables. */
  readonly data: DataSection | undefined;
  /** Set for `struct_ops` maps. */
  readonly structOps?: StructOpsSpec;
  /** False for maps of a section with `?`: created only when asked for. Default: true. */
  readonly autocreate?: boolean;
}

/** A table of functions that the kernel calls, from a variable in `.struct_ops` or `.struct_ops.link`. */
export interface StructOpsSpec {
  /** As in `.struct_ops.link`. */
  readonly section: string;
  /** Name of the kernel's struct, without a flavour. */
  readonly kernelType: string;
  /** Struct in the object's types. */
  readonly type: TypeId;
  /** The variable's bytes in the layout of `type`; slots of functions are 0. */
  readonly contents: Uint8Array;
  /** Which program goes into which member of `type`. */
  readonly functions: readonly { readonly member: string; readonly memberIndex: number; readonly program: string }[];
}

/** Global variables: contents of a data section. */
export interface DataSection {
  /** As in `.rodata.str1.1`; the map's own name carries the object's prefix. */
  readonly section: string;
  readonly kind: 'data' | 'bss' | 'rodata' | 'kconfig';
  readonly contents: Uint8Array;
  readonly variables: readonly GlobalVariable[];
}

/** One global variable. */
export interface GlobalVariable {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** 0 where it is not known, as of a struct that the compiler kept only a part of. */
  readonly type: TypeId;
  readonly linkage: 'static' | 'global';
}

/** Where a program goes. What a section name says, and what `program.attach()` takes. */
export type AttachTarget =
  | { readonly kind: 'tracepoint'; readonly category: string; readonly name: string; readonly cookie?: bigint }
  | { readonly kind: 'raw-tracepoint'; readonly name: string; readonly cookie?: bigint }
  /** fentry, fexit, fmod_ret, tp_btf, iter, lsm, ...: the kernel function or type is fixed at load time by `function`. */
  | {
      readonly kind: 'tracing';
      readonly function: string;
      /** Descriptor of another program to extend or trace, for `freplace`. */
      readonly program?: number;
      readonly cookie?: bigint;
    }
  | {
      readonly kind: 'iterator';
      readonly target: string;
      readonly map?: string;
      readonly pid?: number;
      readonly tid?: number;
      readonly cgroup?: string;
    }
  | {
      readonly kind: 'kprobe';
      readonly function: string;
      readonly offset?: number;
      readonly return?: boolean;
      readonly cookie?: bigint;
    }
  | {
      readonly kind: 'kprobe-multi';
      readonly pattern?: string;
      readonly functions?: readonly string[];
      readonly return?: boolean;
      readonly session?: boolean;
      readonly cookies?: readonly bigint[];
    }
  /** `function` without the architecture's prefix: `openat`. */
  | { readonly kind: 'ksyscall'; readonly function: string; readonly return?: boolean; readonly cookie?: bigint }
  | {
      readonly kind: 'uprobe';
      readonly path: string;
      readonly symbol?: string;
      readonly offset?: number;
      readonly pid?: number;
      readonly return?: boolean;
      readonly refCounterOffset?: number;
      readonly cookie?: bigint;
    }
  | {
      readonly kind: 'uprobe-multi';
      readonly path: string;
      readonly pattern?: string;
      readonly symbols?: readonly string[];
      readonly offsets?: readonly number[];
      readonly pid?: number;
      readonly return?: boolean;
      readonly session?: boolean;
      readonly cookies?: readonly bigint[];
    }
  | {
      readonly kind: 'usdt';
      readonly path: string;
      readonly provider: string;
      readonly name: string;
      readonly pid?: number;
      readonly cookie?: bigint;
    }
  | {
      readonly kind: 'perf-event';
      /** `enum perf_type_id` and its config; the CPU clock where left out. */
      readonly type?: number;
      readonly config?: bigint;
      /** One of the two. */
      readonly frequencyHz?: number;
      readonly samplePeriod?: bigint;
      /** -1 or left out: any. */
      readonly pid?: number;
      readonly cpu?: number;
      readonly cookie?: bigint;
    }
  | { readonly kind: 'socket-filter'; readonly socketFd: number }
  | {
      readonly kind: 'interface';
      readonly hook: 'xdp' | 'tcx-ingress' | 'tcx-egress' | 'netkit-primary' | 'netkit-peer';
      readonly interface: string;
    }
  | { readonly kind: 'cgroup'; readonly path: string }
  | { readonly kind: 'netns'; readonly path?: string }
  | { readonly kind: 'struct-ops'; readonly map: string };
