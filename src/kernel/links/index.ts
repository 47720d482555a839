/**
 * Attaches loaded programs: one file per kind of target, one row here. A link owns every descriptor it consists of;
 * disposing it detaches.
 * @module
 */
import { UsageError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import type { AttachTarget } from '../../object/index.ts';
import type { ProgramTypeName } from '../../spec/index.ts';
import type { LoadedProgram } from '../types.ts';
import { attachCgroup, attachNetns } from './file-target.ts';
import { attachInterface } from './interface.ts';
import { attachIterator } from './iterator.ts';
import { attachKprobe, attachSystemCall } from './kprobe.ts';
import { attachKprobeMulti } from './kprobe-multi.ts';
import type { Attach } from './link.ts';
import { attachRawTracepoint } from './raw-tracepoint.ts';
import { attachSampling } from './sampling.ts';
import { attachSocketFilter } from './socket-filter.ts';
import { attachStructOps } from './struct-ops.ts';
import { attachTracepoint } from './tracepoint.ts';
import { attachTracing } from './tracing.ts';
import { attachUprobe } from './uprobe.ts';
import { attachUprobeMulti } from './uprobe-multi.ts';
import { attachUsdt } from './usdt.ts';

type Kind = AttachTarget['kind'];

/** One way to attach: the program types it takes and what does it. */
interface Way<K extends Kind> {
  readonly programs: readonly ProgramTypeName[];
  readonly attach: Attach<K>;
}

// A new kind of target: a row in AttachTarget (object/types.ts), a file here, a row below.
const ways: { readonly [K in Kind]: Way<K> } = {
  tracepoint: { programs: ['tracepoint'], attach: attachTracepoint },
  'raw-tracepoint': { programs: ['raw_tracepoint', 'raw_tracepoint_writable', 'tracing'], attach: attachRawTracepoint },
  tracing: { programs: ['tracing', 'lsm', 'ext'], attach: attachTracing },
  iterator: { programs: ['tracing'], attach: attachIterator },
  kprobe: { programs: ['kprobe'], attach: attachKprobe },
  'kprobe-multi': { programs: ['kprobe'], attach: attachKprobeMulti },
  ksyscall: { programs: ['kprobe'], attach: attachSystemCall },
  uprobe: { programs: ['kprobe'], attach: attachUprobe },
  'uprobe-multi': { programs: ['kprobe'], attach: attachUprobeMulti },
  usdt: { programs: ['kprobe'], attach: attachUsdt },
  'perf-event': { programs: ['perf_event'], attach: attachSampling },
  'socket-filter': { programs: ['socket_filter', 'sk_reuseport'], attach: attachSocketFilter },
  interface: { programs: ['xdp', 'sched_cls'], attach: attachInterface },
  cgroup: {
    programs: [
      ...(['cgroup_skb', 'cgroup_sock', 'cgroup_sock_addr', 'cgroup_device'] as const),
      ...(['cgroup_sockopt', 'cgroup_sysctl', 'sock_ops', 'lsm'] as const),
    ],
    attach: attachCgroup,
  },
  netns: { programs: ['flow_dissector', 'sk_lookup'], attach: attachNetns },
  'struct-ops': { programs: ['struct_ops'], attach: attachStructOps },
};

/**
 * Attaches a program to `target`, by default where its section says. Disposing the link detaches.
 * @throws UsageError when the place does not exist or does not suit the program; UnsupportedError; SyscallError
 */
export function attachProgram(
  program: LoadedProgram,
  target: AttachTarget | undefined = program.spec.attach,
): HostLink {
  const { name, type, section } = program.spec;
  if (!target) {
    throw new UsageError(`program "${name}": its section "${section}" does not say where to attach`, {
      hint: 'pass a target to attach()',
    });
  }
  const way: Way<Kind> | undefined = Object.hasOwn(ways, target.kind) ? (ways[target.kind] as Way<Kind>) : undefined;
  if (!way) throw new UsageError(`there is no kind of target named ${target.kind}`);
  if (type === undefined || !way.programs.includes(type)) {
    const takes = way.programs.join(', ');
    throw new UsageError(
      `program "${name}" is of type ${type ?? 'unknown'}: ${target.kind} takes programs of type ${takes}`,
    );
  }
  return way.attach(program, target);
}
