// BCC's way of working, by BCC's names: a text, functions attached one by one, tables.

import { UsageError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import type { AttachTarget, BpfObject } from '../../object/index.ts';
import type { ProgramTypeName } from '../../spec/index.ts';
import type { BpfMap } from '../bpf-map.ts';
import { type CompileOptions, compile } from '../compile.ts';
import type { EventStream, EventsOptions } from '../event-stream.ts';
import { type LoadOptions, load } from '../load.ts';
import type { Session } from '../session.ts';
import type { UntypedObject } from '../types.ts';
import { linearLines, log2Lines, type SlotCounts } from './print-histogram.ts';

/** How to compile and load a BCC text. */
export interface BpfOptions extends Pick<LoadOptions, 'host' | 'maxEntries' | 'onProgramError'> {
  /** As clang takes them: `-DNAME`, `-DNAME=VALUE`, `-UNAME`, `-IDIR`. Others are left aside. */
  readonly cflags?: readonly string[];
  /** Functions whose context does not tell what they will be attached to, as in `{ onSwitch: 'tracepoint' }`. */
  readonly types?: Readonly<Record<string, ProgramTypeName>>;
  /** Leaves functions named `kprobe__...` and such to be attached by hand. Default: false. */
  readonly noAutoAttach?: boolean;
}

function compileOptions(cflags: readonly string[]): CompileOptions {
  const defines: Record<string, string> = {};
  const undefines: string[] = [];
  const includeDirectories: string[] = [];
  for (const flag of cflags) {
    const [, letter, rest = ''] = /^-([DUI])\s*(.*)$/.exec(flag) ?? [];
    const [name = '', ...value] = rest.split('=');
    if (letter === 'D') defines[name] = value.length > 0 ? value.join('=') : '1';
    else if (letter === 'U') undefines.push(rest);
    else if (letter === 'I') includeDirectories.push(rest);
  }
  return { dialect: 'bcc', fileName: 'program.c', defines, undefines, includeDirectories, warnings: ['no-all'] };
}

function withTypes(object: BpfObject, types: Readonly<Record<string, ProgramTypeName>>): BpfObject {
  const programs = object.programs.map((program) => {
    const type = types[program.name];
    return type === undefined ? program : { ...program, type, attachType: undefined };
  });
  return { ...object, programs };
}

/**
 * Compiles and loads a BCC text and attaches what its function names say.
 *
 * @throws SourceError for faults in the text; VerifierError, SyscallError or UnsupportedError where the kernel refuses.
 * @example
 * await using b = await bpf(text, { cflags: ['-DPID=42'] });
 * b.attachKprobe({ event: 'vfs_read', fn: 'on_read' });
 * for (const [key, count] of b.table('counts')) console.log(key, count);
 */
export async function bpf(text: string, options: BpfOptions = {}): Promise<BccSession> {
  const { cflags = [], types = {}, noAutoAttach = false, ...loading } = options;
  const object = withTypes(await compile(text, compileOptions(cflags)), types);
  const session = await load(object as Parameters<typeof load>[0], loading);
  try {
    if (!noAutoAttach) session.attach();
  } catch (error) {
    session.close();
    throw error;
  }
  return new BccSession(session);
}

/** A loaded BCC text. Everything attached is detached by {@link BccSession.close}. */
export class BccSession implements AsyncDisposable {
  /** The same in tsbpf's own terms. */
  readonly session: Session<UntypedObject>;

  /** @internal */
  constructor(session: Session<UntypedObject>) {
    this.session = session;
  }

  #attach(fn: string, target: AttachTarget): HostLink {
    return this.session.program(fn).attach(target);
  }

  /** Runs `fn` where the kernel function `event` starts, or `offset` bytes behind. */
  attachKprobe({
    event,
    fn,
    offset,
  }: {
    readonly event: string;
    readonly fn: string;
    readonly offset?: number;
  }): HostLink {
    return this.#attach(fn, { kind: 'kprobe', function: event, ...(offset === undefined ? {} : { offset }) });
  }

  /** Runs `fn` when the kernel function `event` returns. */
  attachKretprobe({ event, fn }: { readonly event: string; readonly fn: string }): HostLink {
    return this.#attach(fn, { kind: 'kprobe', function: event, return: true });
  }

  /** Runs `fn` where a function of a program or library (`name`: path or library name) starts. */
  attachUprobe(where: UprobePlace): HostLink {
    return this.#attach(where.fn, uprobeTarget(where, false));
  }

  /** Runs `fn` when a function of a program or library returns. */
  attachUretprobe(where: UprobePlace): HostLink {
    return this.#attach(where.fn, uprobeTarget(where, true));
  }

  /** Runs `fn` at a tracepoint, as in `sched:sched_switch`. @throws UsageError when `tp` is not of that form. */
  attachTracepoint({ tp, fn }: { readonly tp: string; readonly fn: string }): HostLink {
    const [category, name, ...rest] = tp.split(':');
    if (!category || !name || rest.length > 0) {
      throw new UsageError(`"${tp}" does not name a tracepoint`, {
        hint: 'write CATEGORY:NAME, as in sched:sched_switch',
      });
    }
    return this.#attach(fn, { kind: 'tracepoint', category, name });
  }

  /** Runs `fn` at a tracepoint with its raw arguments. */
  attachRawTracepoint({ tp, fn }: { readonly tp: string; readonly fn: string }): HostLink {
    return this.#attach(fn, { kind: 'raw-tracepoint', name: tp });
  }

  /** Runs `fn` on samples of a perf event: so many a second (`sampleFreq`), or every so many events (`samplePeriod`). */
  attachPerfEvent(event: PerfEventPlace): HostLink {
    const { fn, evType, evConfig, sampleFreq, samplePeriod, pid, cpu } = event;
    return this.#attach(fn, {
      kind: 'perf-event',
      ...(evType === undefined ? {} : { type: evType }),
      ...(evConfig === undefined ? {} : { config: BigInt(evConfig) }),
      ...(sampleFreq === undefined ? {} : { frequencyHz: sampleFreq }),
      ...(samplePeriod === undefined ? {} : { samplePeriod: BigInt(samplePeriod) }),
      ...(pid === undefined ? {} : { pid }),
      ...(cpu === undefined ? {} : { cpu }),
    });
  }

  /** Runs `fn` on packets that arrive at a network device. */
  attachXdp({ dev, fn }: { readonly dev: string; readonly fn: string }): HostLink {
    return this.#attach(fn, { kind: 'interface', hook: 'xdp', interface: dev });
  }

  /** The table (map) of that name. @throws UsageError when there is none. */
  table(name: string): BpfMap<unknown, unknown> {
    return this.session.map(name);
  }

  /** What the text submits to a perf or ring buffer. */
  events(name: string, options: EventsOptions = {}): EventStream<unknown> {
    return this.session.events(name, options);
  }

  /** A table filled by `increment(bpf_log2l(value))`, printed; tables over a struct: one histogram for each other part of the key. */
  printLog2Hist(name: string, label = 'value'): void {
    this.#print(name, (counts) => log2Lines(counts, label));
  }

  /** A table filled by `increment(value)`, printed. */
  printLinearHist(name: string, label = 'value'): void {
    this.#print(name, (counts) => linearLines(counts, label));
  }

  #print(name: string, lines: (counts: SlotCounts) => string): void {
    for (const [section, counts] of histograms(this.table(name))) {
      const text = lines(counts);
      if (text !== '') console.log(section === '' ? text : `\n${section}\n${text}`);
    }
  }

  /** Detaches everything and unloads it. */
  close(): void {
    this.session.close();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** Where a user program is probed: a symbol, or an address in the file. */
export interface UprobePlace {
  readonly name: string;
  readonly fn: string;
  readonly sym?: string;
  readonly addr?: number;
  readonly pid?: number;
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

function uprobeTarget({ name, sym, addr, pid }: UprobePlace, isReturn: boolean): AttachTarget {
  return {
    kind: 'uprobe',
    path: name,
    return: isReturn,
    ...(sym === undefined ? {} : { symbol: sym }),
    ...(addr === undefined ? {} : { offset: addr }),
    ...(pid === undefined ? {} : { pid }),
  };
}

/** Counts by slot, split by the parts of the key that are not the slot (BCC: the last member is). */
function histograms(table: BpfMap<unknown, unknown>): Map<string, Map<number, bigint>> {
  const result = new Map<string, Map<number, bigint>>();
  for (const [key, value] of table) {
    const { section, slot } = splitKey(key);
    const counts = result.get(section) ?? new Map<number, bigint>();
    const count = Array.isArray(value)
      ? value.reduce((sum: bigint, one) => sum + BigInt(one), 0n)
      : BigInt(value as bigint);
    counts.set(slot, (counts.get(slot) ?? 0n) + count);
    result.set(section, counts);
  }
  return result;
}

function splitKey(key: unknown): { readonly section: string; readonly slot: number } {
  if (typeof key !== 'object' || key === null) return { section: '', slot: Number(key) };
  const parts = Object.entries(key);
  const slot = parts.pop()?.[1] ?? 0;
  return { section: parts.map(([name, value]) => `${name} = ${String(value)}`).join(', '), slot: Number(slot) };
}
