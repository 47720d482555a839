// Perf event sampling: the program runs each time an event overflows, on every CPU that is online.
// Source: perf_event_open(2).

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

/** Since Linux 4.9. */
export const attachSampling: Attach<'perf-event'> = (program, target) => {
  const attribute = samplingAttribute(target);
  const { pid = -1 } = target;
  const label = attachLabel(program, `perf event ${attribute.type}:${attribute.config}`);
  const open = (cpu: number): Fd | undefined => {
    const result = tryPerfEventOpen({ attribute, pid, cpu, label });
    if (result >= 0) return new Fd(result, label);
    // A CPU that was taken away between listing and opening is none of our business.
    if (result === -errno.ENODEV && target.cpu === undefined) return undefined;
    throw openFailure(result, target, label);
  };
  const attach = (event: Fd): HostLink => attachToPerfEvent(program, event, { target, label });
  return attachToEach(target, openOneByOne(cpusOf(target), open), attach);
};

function* openOneByOne(cpus: readonly number[], open: (cpu: number) => Fd | undefined): Iterable<Fd> {
  for (const cpu of cpus) {
    const event = open(cpu);
    if (event) yield event;
  }
}

function cpusOf({ cpu = -1 }: TargetOf<'perf-event'>): readonly number[] {
  if (cpu === -1) return onlineCpus();
  if (onlineCpus().includes(cpu)) return [cpu];
  throw new UsageError(`CPU ${cpu} is not online`, { hint: `online: ${onlineCpus().join(', ')}` });
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
