// Perf event sampling: the program runs each time an event overflows, on every CPU that is online or in one process.
// Source: perf_event_open(2).

import { readdirSync } from 'node:fs';
import { UnsupportedError, UsageError, ValueError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import {
  errno,
  Fd,
  onlineCpus,
  type PerfEventAttribute,
  perfFlags,
  perfSoftware,
  perfTypes,
  systemCallFailure,
  tryPerfEventOpen,
} from '../../sys/index.ts';
import { type Attach, attachLabel, attachToEach, type TargetOf } from './link.ts';
import { attachToPerfEvent } from './perf-event-link.ts';
import { checkedPid } from './uprobe.ts';

/** `attr.inherit_thread`: threads made later are sampled as well, processes are not. Since Linux 5.13. */
const inheritThreads = perfFlags.inherit | (1n << 35n);

/** What one event watches: a thread (-1: any) on a CPU (-1: any). */
interface Watched {
  readonly pid: number;
  readonly cpu: number;
}

/** Since Linux 4.9. With a process: all its threads, and since 5.13 those that it makes later. */
export const attachSampling: Attach<'perf-event'> = (program, target) => {
  const attribute = samplingAttribute(target);
  const label = attachLabel(program, `perf event ${attribute.type}:${attribute.config}`);
  const open = (watched: Watched): Fd | undefined => {
    const result = openInheriting(attribute, watched, label);
    if (result >= 0) return new Fd(result, label);
    // A CPU or thread that went between listing and opening is none of our business.
    const isGone =
      result === -errno.ENODEV ? target.cpu === undefined : result === -errno.ESRCH && watched.pid !== target.pid;
    if (isGone) return undefined;
    throw openFailure(result, target, label);
  };
  const attach = (event: Fd): HostLink => attachToPerfEvent(program, event, { target, cookie: target.cookie, label });
  return attachToEach(target, openOneByOne(watchedBy(target), open), attach);
};

function openInheriting(attribute: PerfEventAttribute, { pid, cpu }: Watched, label: string): number {
  if (pid === -1) return tryPerfEventOpen({ attribute, pid, cpu, label });
  const flags = BigInt(attribute.flags ?? 0) | inheritThreads;
  const result = tryPerfEventOpen({ attribute: { ...attribute, flags }, pid, cpu, label });
  return result === -errno.EINVAL ? tryPerfEventOpen({ attribute, pid, cpu, label }) : result;
}

function* openOneByOne(all: readonly Watched[], open: (watched: Watched) => Fd | undefined): Iterable<Fd> {
  for (const watched of all) {
    const event = open(watched);
    if (event) yield event;
  }
}

function watchedBy({ pid, cpu = -1 }: TargetOf<'perf-event'>): readonly Watched[] {
  if (cpu !== -1 && !onlineCpus().includes(cpu)) {
    throw new UsageError(`CPU ${cpu} is not online`, { hint: `online: ${onlineCpus().join(', ')}` });
  }
  const process_ = checkedPid(pid);
  if (process_ !== undefined) return threadsOf(process_).map((thread) => ({ pid: thread, cpu }));
  return (cpu === -1 ? onlineCpus() : [cpu]).map((one) => ({ pid: -1, cpu: one }));
}

/** Threads of a process, itself first; only itself where they cannot be listed. */
function threadsOf(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    return [pid, ...threads.filter((thread) => thread !== pid)];
  } catch {
    return [pid];
  }
}

function samplingAttribute(target: TargetOf<'perf-event'>): PerfEventAttribute {
  const { type = perfTypes.software, config = BigInt(perfSoftware.cpuClock), frequencyHz, samplePeriod } = target;
  if ((frequencyHz === undefined) === (samplePeriod === undefined)) {
    throw new ValueError('perf-event', 'give one of frequencyHz and samplePeriod');
  }
  if (samplePeriod !== undefined) {
    if (samplePeriod <= 0n) throw new ValueError('samplePeriod', `${samplePeriod} is not positive`);
    return { type, config, sample_period: samplePeriod };
  }
  if (frequencyHz === undefined || !Number.isInteger(frequencyHz) || frequencyHz < 1) {
    throw new ValueError('frequencyHz', `${frequencyHz} is not a positive integer`);
  }
  return { type, config, sample_freq: BigInt(frequencyHz), flags: perfFlags.freq };
}

function openFailure(result: number, { type, frequencyHz }: TargetOf<'perf-event'>, label: string): Error {
  const isHardware = type === perfTypes.hardware || type === perfTypes.hardwareCache || type === perfTypes.raw;
  if (result === -errno.ENOENT && isHardware) {
    return new UnsupportedError('this hardware event', {
      hint: 'virtual machines often have no performance counters: use the CPU clock',
      cause: systemCallFailure('perf_event_open', result, label),
    });
  }
  if (result === -errno.EINVAL && frequencyHz !== undefined) {
    return new ValueError('frequencyHz', `${frequencyHz} is more than kernel.perf_event_max_sample_rate allows`);
  }
  return systemCallFailure('perf_event_open', result, label);
}
