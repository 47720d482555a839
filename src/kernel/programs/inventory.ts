// Everything loaded on this machine, by whomever: programs, maps, links and BTF objects by id.

import type { MapSpec } from '../../object/index.ts';
import {
  type BpfCommand,
  bpfFd,
  btfInfoLayout,
  errno,
  Fd,
  linkInfoLayout,
  objectInfo,
  systemCallFailure,
  tryBpf,
} from '../../sys/index.ts';
import { describeMap } from '../maps/open-map.ts';
import { type ProgramInfo, programInfo } from './info.ts';

type NextIdCommand = Extract<BpfCommand, `${string}_GET_NEXT_ID`>;
type OpenCommand = Extract<BpfCommand, `${string}_GET_FD_BY_ID`>;

/** A kind of object that the kernel numbers. */
interface Numbered {
  readonly next: NextIdCommand;
  readonly open: OpenCommand;
}

const kinds = {
  program: { next: 'BPF_PROG_GET_NEXT_ID', open: 'BPF_PROG_GET_FD_BY_ID' },
  map: { next: 'BPF_MAP_GET_NEXT_ID', open: 'BPF_MAP_GET_FD_BY_ID' },
  link: { next: 'BPF_LINK_GET_NEXT_ID', open: 'BPF_LINK_GET_FD_BY_ID' },
  btf: { next: 'BPF_BTF_GET_NEXT_ID', open: 'BPF_BTF_GET_FD_BY_ID' },
} as const satisfies Record<string, Numbered>;

/** What the kernel numbers. */
export type NumberedKind = keyof typeof kinds;

/** Ids of everything of that kind, ascending. @throws SyscallError without CAP_SYS_ADMIN */
export function* objectIds(kind: NumberedKind): Generator<number> {
  const { next } = kinds[kind];
  let id = 0;
  for (;;) {
    const outcome = tryBpf(next, { id });
    if (outcome.result === -errno.ENOENT) return;
    if (outcome.result < 0) throw systemCallFailure(`bpf(${next})`, outcome.result);
    id = outcome.attribute().next_id;
    yield id;
  }
}

/** Opens an object by its id. @throws SyscallError, ENOENT when it is gone */
export function openById(kind: NumberedKind, id: number): Fd {
  return bpfFd(kinds[kind].open, { id }, `${kind} ${id}`);
}

/** Describes every object of a kind; those that vanish meanwhile are left out. */
function* describeAll<T>(kind: NumberedKind, describe: (fd: number, id: number) => T): Generator<T> {
  for (const id of objectIds(kind)) {
    const { result } = tryBpf(kinds[kind].open, { id });
    if (result === -errno.ENOENT) continue;
    if (result < 0) throw systemCallFailure(`bpf(${kinds[kind].open})`, result, `${kind} ${id}`);
    const fd = new Fd(result, `${kind} ${id}`);
    try {
      yield describe(result, id);
    } finally {
      fd.close();
    }
  }
}

/** Every loaded program. @throws SyscallError */
export function listPrograms(): ProgramInfo[] {
  return [...describeAll('program', programInfo)];
}

/** Every map, with its id. @throws SyscallError */
export function listMaps(): { readonly id: number; readonly spec: MapSpec }[] {
  return [...describeAll('map', (fd, id) => ({ id, spec: describeMap(fd) }))];
}

/** Names of `enum bpf_link_type`, v6.18. */
const linkTypes = [
  'unspec',
  'raw_tracepoint',
  'tracing',
  'cgroup',
  'iter',
  'netns',
  'xdp',
  'perf_event',
  'kprobe_multi',
  'struct_ops',
  'netfilter',
  'tcx',
  'uprobe_multi',
  'netkit',
  'sockmap',
] as const;

/** A link, as far as all links are alike. */
export interface LinkInfo {
  readonly id: number;
  /** As in `tracing`; the number as text for types newer than the table. */
  readonly type: string;
  readonly programId: number;
}

/** Every link. @throws SyscallError */
export function listLinks(): LinkInfo[] {
  return [
    ...describeAll('link', (fd, id): LinkInfo => {
      const info = objectInfo(fd, linkInfoLayout);
      return { id, type: linkTypes[info.type] ?? String(info.type), programId: info.prog_id };
    }),
  ];
}

/** BTF in the kernel. */
export interface BtfInfo {
  readonly id: number;
  /** `vmlinux`, a module's name, or empty for a program's. */
  readonly name: string;
  /** The kernel's or a module's own. */
  readonly isKernel: boolean;
  readonly sizeBytes: number;
}

const nameBytes = 64;

/** Every BTF object. @throws SyscallError */
export function listBtf(): BtfInfo[] {
  return [
    ...describeAll('btf', (fd, id): BtfInfo => {
      const name = new Uint8Array(nameBytes);
      const info = objectInfo(fd, btfInfoLayout, { name, name_len: nameBytes });
      return {
        id,
        name: Buffer.from(name.subarray(0, Math.max(0, name.indexOf(0)))).toString(),
        isKernel: info.kernel_btf !== 0,
        sizeBytes: info.btf_size,
      };
    }),
  ];
}
