// Attaches a recorded text as its tool does.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BccSession, bpf } from '../../src/api/index.ts';
import { UsageError } from '../../src/base/index.ts';

const folder = fileURLToPath(new URL('../../build/bcc-texts/', import.meta.url));

/** One call as the recorder notes it; numbers are text. */
interface RecordedCall {
  readonly call: string;
  readonly fn_name: string;
  readonly event?: string;
  readonly name?: string;
  readonly sym?: string;
  readonly pid?: string;
  readonly ev_type?: string;
  readonly ev_config?: string;
  readonly sample_freq?: string;
  readonly sample_period?: string;
}

const attach: Readonly<Record<string, (b: BccSession, call: RecordedCall) => unknown>> = {
  attach_kprobe: (b, { event = '', fn_name: fn }) => b.attachKprobe({ event, fn }),
  attach_kretprobe: (b, { event = '', fn_name: fn }) => b.attachKretprobe({ event, fn }),
  attach_uprobe: (b, { name = '', sym = '', fn_name: fn }) => b.attachUprobe({ name, sym, fn }),
  attach_uretprobe: (b, { name = '', sym = '', fn_name: fn }) => b.attachUretprobe({ name, sym, fn }),
  attach_perf_event: (b, { ev_type, ev_config, sample_freq = '0', sample_period = '0', fn_name: fn }) =>
    b.attachPerfEvent({
      fn,
      evType: Number(ev_type),
      evConfig: Number(ev_config),
      ...(sample_freq === '0' ? { samplePeriod: Number(sample_period) } : { sampleFreq: Number(sample_freq) }),
    }),
};

/** Compiles, loads and attaches a recorded text; functions that this kernel or library lacks are left out, as the tools do. */
export async function startTool(name: string): Promise<BccSession> {
  const { cflags, attach: calls } = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as {
    cflags: string[];
    attach: RecordedCall[];
  };
  const b = await bpf(readFileSync(`${folder}${name}.c`, 'utf8'), { cflags });
  for (const call of calls) {
    try {
      attach[call.call]?.(b, call);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return b;
}
