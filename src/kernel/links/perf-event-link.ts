// Attaching to an open perf event, which is what tracepoints, kprobes and uprobes are to the kernel.

import { UnsupportedError } from '../../base/index.ts';
import type { AttachTarget } from '../../object/index.ts';
import {
  errno,
  Fd,
  ioctl,
  onlineCpus,
  type PerfEventAttribute,
  perfEventOpen,
  perfIoctls,
  systemCallFailure,
  systemCalls,
  tryLinkCreate,
} from '../../sys/index.ts';
import type { LoadedProgram } from '../types.ts';
import { KernelLink } from './link.ts';

const attachTypePerfEvent = 41; // BPF_PERF_EVENT

/** What to attach to an event, and what else the link has to let go of. */
export interface PerfAttachment {
  readonly target: AttachTarget;
  readonly cookie?: bigint | undefined;
  readonly label: string;
  /** Released after the event. */
  readonly others?: readonly Disposable[];
}

/** Attaches the program to `event`, which the link then owns; on failure the event is closed. */
export function attachToPerfEvent(program: LoadedProgram, event: Fd, attachment: PerfAttachment): KernelLink {
  const { target, cookie = 0n, label, others = [] } = attachment;
  let bpfLink: Fd | undefined;
  try {
    bpfLink = createPerfLink(program, event, cookie, label);
    ioctl(event.number, perfIoctls.enable, 0, label);
  } catch (error) {
    bpfLink?.close();
    event.close();
    for (const other of others) other[Symbol.dispose]();
    throw error;
  }
  const disable: Disposable = {
    [Symbol.dispose]: (): void => {
      // Without a link object, the program goes on as long as any copy of the descriptor is open.
      if (!event.closed) systemCalls().call('ioctl', event.number, perfIoctls.disable, 0);
    },
  };
  return new KernelLink(target, { bpfLink, others: [disable, event, ...others] });
}

/** The link object; undefined on kernels before 5.15, where the event itself holds the program. */
function createPerfLink(program: LoadedProgram, event: Fd, cookie: bigint, label: string): Fd | undefined {
  const attribute = {
    prog_fd: program.fd.number,
    target_fd: event.number,
    attach_type: attachTypePerfEvent,
    bpf_cookie: cookie,
  };
  const result = tryLinkCreate('perfEvent', attribute);
  if (result >= 0) return new Fd(result, label);
  if (result !== -errno.EINVAL) throw systemCallFailure('bpf(BPF_LINK_CREATE)', result, label);
  ioctl(event.number, perfIoctls.setBpf, program.fd.number, label);
  if (cookie === 0n) return undefined;
  throw new UnsupportedError('an attach cookie', { since: '5.15' });
}

/** Opens an event for all processes (or `pid`); the CPU does not matter to those that run programs. */
export function openTraceEvent(attribute: PerfEventAttribute, label: string, pid = -1): Fd {
  const cpu = pid === -1 ? (onlineCpus()[0] ?? 0) : -1;
  return perfEventOpen({ attribute, pid, cpu, label });
}
