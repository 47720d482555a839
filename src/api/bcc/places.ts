// Where BCC's methods attach to, as targets.

import { UsageError } from '../../base/index.ts';
import type { AttachTarget } from '../../object/index.ts';

/** A function of the kernel, or all that match. */
export interface KprobePlace {
  readonly fn: string;
  readonly event?: string;
  readonly eventRe?: RegExp | string;
  /** Behind the function's start, in bytes. */
  readonly offset?: number;
}

/** Where a user program is probed: a symbol, all symbols that match, or an address in the file. */
export interface UprobePlace {
  readonly name: string;
  readonly fn: string;
  readonly sym?: string;
  readonly symRe?: RegExp | string;
  readonly addr?: number;
  /** Behind the symbol, in bytes. */
  readonly symOff?: number;
  readonly pid?: number;
}

/** A tracepoint as `category:event`, or all that match. */
export interface TracepointPlace {
  readonly fn: string;
  readonly tp?: string;
  readonly tpRe?: RegExp | string;
}

/** Which event is sampled; numbers of `perf_event_open(2)`. */
export interface PerfEventPlace {
  readonly fn: string;
  readonly evType?: number;
  readonly evConfig?: number | bigint;
  readonly sampleFreq?: number;
  readonly samplePeriod?: number | bigint;
  readonly pid?: number;
  readonly cpu?: number;
}

export function uprobeTarget({ name, sym, addr, symOff, pid }: UprobePlace, isReturn: boolean): AttachTarget {
  const offset = addr ?? symOff;
  return {
    kind: 'uprobe',
    path: name,
    return: isReturn,
    ...(sym === undefined ? {} : { symbol: sym }),
    ...(offset === undefined ? {} : { offset }),
    ...(pid === undefined ? {} : { pid }),
  };
}

/** @throws UsageError for what is not `category:event` */
export function tracepointTarget(tp: string): AttachTarget {
  const [category, name, ...rest] = tp.split(':');
  if (!category || !name || rest.length > 0) {
    throw new UsageError(`"${tp}" does not name a tracepoint`, {
      hint: 'write CATEGORY:NAME, as in sched:sched_switch',
    });
  }
  return { kind: 'tracepoint', category, name };
}

export function perfEventTarget(event: PerfEventPlace): AttachTarget {
  const { evType, evConfig, sampleFreq, samplePeriod, pid, cpu } = event;
  return {
    kind: 'perf-event',
    ...(evType === undefined ? {} : { type: evType }),
    ...(evConfig === undefined ? {} : { config: BigInt(evConfig) }),
    ...(sampleFreq === undefined ? {} : { frequencyHz: sampleFreq }),
    ...(samplePeriod === undefined ? {} : { samplePeriod: BigInt(samplePeriod) }),
    ...(pid === undefined ? {} : { pid }),
    ...(cpu === undefined ? {} : { cpu }),
  };
}
