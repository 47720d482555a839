// Features of the kernel that are neither a type, a helper nor a command: each row with the program or call that shows it.

import { errno, Fd, tryBpf, tryLinkCreate } from '../../sys/index.ts';
import { hasAttachType } from './known-names.ts';
import { exit, openProbe, probeLoad, type Slot, setRegister } from './probe-load.ts';

/** One feature. */
export interface FeatureRow {
  readonly name: string;
  readonly since: string;
  readonly summary: string;
  readonly probe: () => boolean;
}

const badFd = 0xffffffff;

function runs(code: readonly Slot[]): boolean {
  return probeLoad({ type: 'socket_filter', code }).result === 0;
}

/** Whether a link of this kind gets as far as looking at its descriptor. */
function linkReaches(attachType: number, wanted: readonly number[], multi = false): boolean {
  const { fd } = openProbe({
    type: multi ? 'kprobe' : 'tracepoint',
    code: [setRegister(0, 0), exit],
    attribute: multi ? { expected_attach_type: attachType } : {},
  });
  if (fd < 0) return false;
  const program = new Fd(fd, 'probe');
  try {
    const result = tryLinkCreate('plain', { prog_fd: fd, target_fd: multi ? 0 : badFd, attach_type: attachType });
    if (result >= 0) new Fd(result, 'probe link').close();
    return wanted.includes(result);
  } finally {
    program.close();
  }
}

/** uprobe_multi looks at the path before anything else that an empty request lacks. */
function uprobeMulti(): boolean {
  const attachType = 48;
  const { fd } = openProbe({
    type: 'kprobe',
    code: [setRegister(0, 0), exit],
    attribute: { expected_attach_type: attachType },
  });
  if (fd < 0) return false;
  const program = new Fd(fd, 'probe');
  try {
    const result = tryLinkCreate('uprobeMulti', {
      prog_fd: fd,
      attach_type: attachType,
      path: Buffer.from('/\0'),
      offsets: new Uint8Array(8),
      cnt: 1,
    });
    if (result >= 0) new Fd(result, 'probe link').close();
    return result === -errno.EBADF;
  } finally {
    program.close();
  }
}

function mapWith(attribute: Parameters<typeof tryBpf<'BPF_MAP_CREATE'>>[1]): boolean {
  const { result } = tryBpf('BPF_MAP_CREATE', {
    map_type: 2,
    key_size: 4,
    value_size: 8,
    max_entries: 1,
    ...attribute,
  });
  if (result < 0) return false;
  new Fd(result, 'probe').close();
  return true;
}

function globalData(): boolean {
  const { result } = tryBpf('BPF_MAP_CREATE', { map_type: 2, key_size: 4, value_size: 32, max_entries: 1 });
  if (result < 0) return false;
  const map = new Fd(result, 'probe');
  try {
    return runs([[0x18, 1, 2, 0, result], [0, 0, 0, 0, 16], setRegister(0, 0), exit]);
  } finally {
    map.close();
  }
}

const manyInstructions: readonly Slot[] = [...Array.from({ length: 4096 }, () => setRegister(0, 1)), exit];

export const miscFeatures = [
  {
    name: 'large_insn_limit',
    since: '5.2',
    summary: 'programs of up to a million instructions',
    probe: (): boolean => runs(manyInstructions),
  },
  {
    name: 'bounded_loops',
    since: '5.3',
    summary: 'loops that can be seen to end',
    probe: (): boolean => runs([setRegister(0, 10), [0x17, 0, 0, 0, 1], [0x55, 0, 0, -2, 0], exit]),
  },
  {
    name: 'isa_v2',
    since: '4.14',
    summary: 'jumps on less than',
    probe: (): boolean => runs([setRegister(0, 0), [0xa5, 0, 0, 1, 0], setRegister(0, 1), exit]),
  },
  {
    name: 'isa_v3',
    since: '5.1',
    summary: '32-bit jumps',
    probe: (): boolean => runs([setRegister(0, 0), [0xa6, 0, 0, 1, 0], setRegister(0, 1), exit]),
  },
  {
    name: 'isa_v4',
    since: '6.6',
    summary: 'sign-extending moves',
    probe: (): boolean => runs([setRegister(0, 0), [0xbf, 0, 0, 8, 0], exit]),
  },
  {
    name: 'atomics',
    since: '5.12',
    summary: 'atomic instructions that fetch',
    probe: (): boolean =>
      runs([setRegister(0, 0), [0x7b, 10, 0, -8, 0], [0xdb, 10, 0, -8, 1], setRegister(0, 0), exit]),
  },
  {
    name: 'may_goto',
    since: '6.9',
    summary: 'loops that the kernel ends in time',
    probe: (): boolean => runs([setRegister(0, 0), [0xe5, 0, 0, 1, 0], [0x05, 0, 0, -2, 0], exit]),
  },
  {
    name: 'addr_space_cast',
    since: '6.9',
    summary: 'arena pointers',
    probe: (): boolean =>
      /addr_space_cast insn can only|arena/.test(
        probeLoad({ type: 'socket_filter', code: [setRegister(0, 0), [0xbf, 0, 0, 1, 1], exit], log: true }).log,
      ),
  },
  { name: 'global_data', since: '5.2', summary: 'global variables', probe: globalData },
  {
    name: 'map_mmap',
    since: '5.5',
    summary: 'array maps mapped into memory',
    probe: (): boolean => mapWith({ map_flags: 0x400 }),
  },
  {
    name: 'program_name',
    since: '4.15',
    summary: 'names of programs',
    probe: (): boolean =>
      probeLoad({ type: 'socket_filter', code: [setRegister(0, 0), exit], attribute: { prog_name: 'probe' } })
        .result === 0,
  },
  {
    name: 'perf_link',
    since: '5.15',
    summary: 'perf events, kprobes and tracepoints attached by links, with cookies',
    probe: (): boolean => linkReaches(41, [-errno.EBADF]),
  },
  {
    name: 'kprobe_multi',
    since: '5.18',
    summary: 'many kernel functions probed by one link',
    probe: (): boolean => hasAttachType('trace_kprobe_multi') && linkReaches(42, [-errno.EINVAL], true),
  },
  { name: 'uprobe_multi', since: '6.6', summary: 'many user functions probed by one link', probe: uprobeMulti },
  {
    name: 'token',
    since: '6.9',
    summary: 'rights delegated by a token',
    probe: (): boolean => [-errno.EBADF, -errno.EPERM].includes(tryBpf('BPF_TOKEN_CREATE', { bpffs_fd: badFd }).result),
  },
  {
    name: 'batch',
    since: '5.6',
    summary: 'many map entries per call',
    probe: (): boolean => tryBpf('BPF_MAP_LOOKUP_BATCH', { map_fd: badFd, count: 1 }).result === -errno.EBADF,
  },
] as const satisfies readonly FeatureRow[];

/** Name of a row of {@link miscFeatures}. */
export type MiscFeatureName = (typeof miscFeatures)[number]['name'];

const cache = new Map<string, boolean>();

/** Whether this kernel has the feature. The answer is kept. */
export function hasFeature(name: MiscFeatureName): boolean {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const answer = miscFeatures.find((row) => row.name === name)?.probe() ?? false;
  cache.set(name, answer);
  return answer;
}
