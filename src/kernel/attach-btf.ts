// The kernel function, hook or type that a program is tied to when it is loaded: its name becomes a BTF id.
// Source: libbpf 1.5, libbpf_find_attach_btf_id; kernel/bpf/verifier.c bpf_check_attach_target (v6.18).

import { UnsupportedError, UsageError } from '../base/index.ts';
import { type BtfKind, parseBtf } from '../btf/index.ts';
import type { AttachTarget, ProgramSpec } from '../object/index.ts';
import type { AttachTypeName, ProgramTypeName } from '../spec/index.ts';
import { bpfFd, btfInfoLayout, type Fd, objectInfo, programInfoLayout } from '../sys/index.ts';
import { type KernelTypes, openModuleBtf } from './kernel-types.ts';

/** How the kernel names what programs of an attach type go to. */
interface Naming {
  readonly prefix: string;
  readonly kind: BtfKind;
}

const plainNaming: Naming = { prefix: '', kind: 'func' };

const namings: Partial<Record<AttachTypeName, Naming>> = {
  trace_raw_tp: { prefix: 'btf_trace_', kind: 'typedef' },
  lsm_mac: { prefix: 'bpf_lsm_', kind: 'func' },
  lsm_cgroup: { prefix: 'bpf_lsm_', kind: 'func' },
  trace_iter: { prefix: 'bpf_iter_', kind: 'func' },
};

/** Program types that are tied to something at load time. */
const tiedTypes: ReadonlySet<ProgramTypeName> = new Set(['tracing', 'lsm', 'ext']);

/** What the load has to say. */
export interface AttachBtf {
  readonly btfId: number;
  /** Descriptor of the module's BTF, or of the program to extend; undefined for the kernel itself. */
  readonly fd: Fd | undefined;
  readonly fdIs: 'module' | 'program';
}

/** Whether programs like this need {@link resolveAttachBtf}. */
export function needsAttachBtf(spec: ProgramSpec): boolean {
  return spec.type !== undefined && tiedTypes.has(spec.type);
}

function nameOf(target: AttachTarget | undefined): string | undefined {
  if (target?.kind === 'tracing') return target.function;
  return target?.kind === 'iterator' ? target.target : undefined;
}

/** Where a program is tied to: what it was told, or what its section says behind the first slash. */
function targetName(spec: ProgramSpec): string {
  const name = nameOf(spec.attach) ?? spec.attachBtf ?? '';
  if (name !== '') return name;
  throw new UsageError(`program "${spec.name}" (section "${spec.section}") does not say what it attaches to`, {
    hint: `name it in the section, as in SEC("${spec.section}/NAME"), or set the target before loading`,
  });
}

/** @throws UnsupportedError where this kernel has no such function or hook; UsageError, SyscallError */
export function resolveAttachBtf(spec: ProgramSpec, types: KernelTypes): AttachBtf {
  const name = targetName(spec);
  if (spec.attach?.kind === 'tracing' && spec.attach.program !== undefined) {
    return findInProgram(spec.attach.program, name, spec.name);
  }
  if (spec.type === 'ext') {
    throw new UsageError(`program "${spec.name}" replaces function "${name}" of another program: say which program`, {
      hint: 'set its target to { kind: "tracing", function, program } with the descriptor of a loaded program',
    });
  }
  if (!types.vmlinux()) {
    throw new UnsupportedError(`program "${spec.name}": tracing by BTF`, {
      since: '5.5',
      hint: 'the kernel must be built with CONFIG_DEBUG_INFO_BTF (/sys/kernel/btf/vmlinux is missing)',
    });
  }
  const naming = (spec.attachType && namings[spec.attachType]) ?? plainNaming;
  // `iter/bpf_map_elem`, but also libbpf's `module:function`.
  const [module, bare] = name.includes(':') ? (name.split(':', 2) as [string, string]) : [undefined, name];
  const found = types.find(naming.prefix + bare, naming.kind);
  if (!found || (module && module !== 'vmlinux' && found.module !== module)) {
    throw new UnsupportedError(`program "${spec.name}": attaching to ${describe(spec, name)}`, {
      hint: `this kernel's types name no ${naming.kind === 'typedef' ? 'tracepoint' : 'function'} "${naming.prefix}${name}"; it may be inlined, renamed or in a module that is not loaded`,
    });
  }
  if (!found.module) return { btfId: found.id, fd: undefined, fdIs: 'module' };
  const fd = openModuleBtf(found.module);
  if (!fd) throw new UnsupportedError(`program "${spec.name}": module ${found.module}, which was unloaded meanwhile`);
  return { btfId: found.id, fd, fdIs: 'module' };
}

function describe(spec: ProgramSpec, name: string): string {
  return `${spec.section.split('/')[0]} "${name}"`;
}

/** A function of a loaded program, by the program's own BTF. */
function findInProgram(programFd: number, name: string, program: string): AttachBtf {
  const info = objectInfo(programFd, programInfoLayout);
  if (info.btf_id === 0) throw new UsageError(`program "${program}": its target program has no BTF`);
  const btfFd = bpfFd('BPF_BTF_GET_FD_BY_ID', { id: info.btf_id }, 'BTF of the target program');
  try {
    const id = parseBtf(readBtf(btfFd), { name: 'BTF of the target program' }).find(name, 'func');
    if (id === undefined) throw new UsageError(`program "${program}": its target program has no function "${name}"`);
    const fd = bpfFd('BPF_PROG_GET_FD_BY_ID', { id: info.id }, 'target program');
    return { btfId: id, fd, fdIs: 'program' };
  } finally {
    btfFd.close();
  }
}

/** The bytes of a BTF object in the kernel. @throws SyscallError */
export function readBtf(fd: Fd): Uint8Array {
  const { btf_size: size } = objectInfo(fd.number, btfInfoLayout);
  const bytes = new Uint8Array(size);
  objectInfo(fd.number, btfInfoLayout, { btf: bytes, btf_size: size });
  return bytes;
}
