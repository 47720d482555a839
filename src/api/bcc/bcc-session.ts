// A loaded BCC text: attached and detached by BCC's names, tables, buffers, what programs print.

import { UsageError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import type { AttachTarget } from '../../object/index.ts';
import type { ProgramTypeName } from '../../spec/index.ts';
import type { EventStream, EventsOptions } from '../event-stream.ts';
import type { BpfProgram } from '../program.ts';
import type { Session } from '../session.ts';
import type { UntypedObject } from '../types.ts';
import { BccTable } from './bcc-table.ts';
import { Buffers, type EventCallback, type PerfBufferOptions } from './buffers.ts';
import { KernelNames } from './kernel-names.ts';
import {
  type KprobePlace,
  type PerfEventPlace,
  perfEventTarget,
  type TracepointPlace,
  tracepointTarget,
  type UprobePlace,
  uprobeTarget,
} from './places.ts';
import { offerTables } from './shared-tables.ts';
import { parseTraceLine, type TraceFields, TracePipe } from './trace-pipe.ts';

const forever = 2 ** 31 - 1;

/** A loaded BCC text. Everything attached is detached by {@link BccSession.close}. */
export class BccSession extends KernelNames implements AsyncDisposable {
  /** The same in tsbpf's own terms. */
  readonly session: Session<UntypedObject>;
  /** By kind and place, as `kprobe vfs_read`. */
  readonly #links = new Map<string, HostLink[]>();
  readonly #tables = new Map<string, BccTable>();
  readonly #perfBuffers = new Buffers();
  readonly #ringBuffers = new Buffers();
  #pipe: TracePipe | undefined;
  readonly #withdrawTables: () => void;
  #attachedByName = false;

  /** @internal */
  constructor(session: Session<UntypedObject>) {
    super();
    this.session = session;
    this.#withdrawTables = offerTables(session);
  }

  #attach(place: string, fn: string, target?: AttachTarget): HostLink {
    const link = this.session.program(fn).attach(target);
    this.#links.set(place, [...(this.#links.get(place) ?? []), link]);
    return link;
  }

  #detach(place: string): void {
    const links = this.#links.get(place);
    if (!links) {
      const attached = [...this.#links.keys()].join(', ') || 'nothing';
      throw new UsageError(`nothing is attached to ${place}`, { hint: `attached are: ${attached}` });
    }
    this.#links.delete(place);
    for (const link of links) link[Symbol.dispose]();
  }

  /** Attaches to each of `names`; a name that cannot be probed is left out, as long as one can. */
  #attachAll(names: readonly string[], attach: (name: string) => HostLink): HostLink[] {
    const links: HostLink[] = [];
    let failure: unknown = new UsageError('no name matches');
    for (const name of names) {
      try {
        links.push(attach(name));
      } catch (error) {
        failure = error;
      }
    }
    if (links.length === 0) throw failure;
    return links;
  }

  #attachKernelProbe({ event, eventRe, fn, offset }: KprobePlace, isReturn: boolean): HostLink[] {
    const one = (name: string): HostLink =>
      this.#attach(`${isReturn ? 'kretprobe' : 'kprobe'} ${name}`, fn, {
        kind: 'kprobe',
        function: name,
        return: isReturn,
        ...(offset === undefined ? {} : { offset }),
      });
    if (eventRe !== undefined) return this.#attachAll(this.getKprobeFunctions(eventRe), one);
    if (event === undefined) throw new UsageError('attach where? Give event or eventRe');
    return [one(event)];
  }

  /** Runs `fn` where the kernel's function `event` starts (or `offset` bytes behind); with `eventRe`, every one that matches. */
  attachKprobe(place: KprobePlace): HostLink[] {
    return this.#attachKernelProbe(place, false);
  }

  /** Runs `fn` when the kernel's function `event` returns. */
  attachKretprobe(place: KprobePlace): HostLink[] {
    return this.#attachKernelProbe(place, true);
  }

  /** Ends what {@link attachKprobe} began. */
  detachKprobe(event: string): void {
    this.#detach(`kprobe ${event}`);
  }

  /** Ends what {@link attachKretprobe} began. */
  detachKretprobe(event: string): void {
    this.#detach(`kretprobe ${event}`);
  }

  #attachUserProbe(place: UprobePlace, isReturn: boolean): HostLink[] {
    const kind = isReturn ? 'uretprobe' : 'uprobe';
    const one = (sym: string | undefined): HostLink => {
      const where = { ...place, ...(sym === undefined ? {} : { sym }) };
      return this.#attach(`${kind} ${place.name}:${sym ?? place.addr ?? ''}`, place.fn, uprobeTarget(where, isReturn));
    };
    if (place.symRe !== undefined) return this.#attachAll(this.getUserFunctions(place.name, place.symRe), one);
    return [one(place.sym)];
  }

  /** Runs `fn` where a function of a program or library (`name`: path or library name) starts. */
  attachUprobe(place: UprobePlace): HostLink[] {
    return this.#attachUserProbe(place, false);
  }

  /** Runs `fn` when a function of a program or library returns. */
  attachUretprobe(place: UprobePlace): HostLink[] {
    return this.#attachUserProbe(place, true);
  }

  /** Ends what {@link attachUprobe} began. */
  detachUprobe({ name, sym, addr }: Omit<UprobePlace, 'fn'>): void {
    this.#detach(`uprobe ${name}:${sym ?? addr ?? ''}`);
  }

  /** Ends what {@link attachUretprobe} began. */
  detachUretprobe({ name, sym, addr }: Omit<UprobePlace, 'fn'>): void {
    this.#detach(`uretprobe ${name}:${sym ?? addr ?? ''}`);
  }

  /** Runs `fn` at a tracepoint, as in `sched:sched_switch`; with `tpRe`, at all that match. @throws UsageError for other forms */
  attachTracepoint({ tp, tpRe, fn }: TracepointPlace): HostLink[] {
    const one = (name: string): HostLink => this.#attach(`tracepoint ${name}`, fn, tracepointTarget(name));
    if (tpRe !== undefined) return this.#attachAll(this.getTracepoints(tpRe), one);
    if (tp === undefined) throw new UsageError('attach where? Give tp or tpRe');
    return [one(tp)];
  }

  /** Ends what {@link attachTracepoint} began. */
  detachTracepoint(tp: string): void {
    this.#detach(`tracepoint ${tp}`);
  }

  /** Runs `fn` at a tracepoint with its raw arguments. */
  attachRawTracepoint({ tp, fn }: { readonly tp: string; readonly fn: string }): HostLink {
    return this.#attach(`raw-tracepoint ${tp}`, fn, { kind: 'raw-tracepoint', name: tp });
  }

  /** Ends what {@link attachRawTracepoint} began. */
  detachRawTracepoint(tp: string): void {
    this.#detach(`raw-tracepoint ${tp}`);
  }

  /** Attaches a function named for its place: `kfunc__`, `kretfunc__`, `kmod_ret__`, `lsm__`, `bpf_iter__`. */
  attachKfunc(fn: string): HostLink {
    return this.#attach(fn, fn);
  }

  /** Runs `fn` on samples of a perf event: so many a second (`sampleFreq`), or every so many events (`samplePeriod`). */
  attachPerfEvent(event: PerfEventPlace): HostLink {
    return this.#attach(`perf-event ${event.evType ?? ''}:${event.evConfig ?? ''}`, event.fn, perfEventTarget(event));
  }

  /** Ends what {@link attachPerfEvent} began. */
  detachPerfEvent({ evType, evConfig }: Pick<PerfEventPlace, 'evType' | 'evConfig'>): void {
    this.#detach(`perf-event ${evType ?? ''}:${evConfig ?? ''}`);
  }

  /** Runs `fn` on packets that arrive at a network device. */
  attachXdp({ dev, fn }: { readonly dev: string; readonly fn: string }): HostLink {
    return this.#attach(`xdp ${dev}`, fn, { kind: 'interface', hook: 'xdp', interface: dev });
  }

  /** Ends what {@link attachXdp} began. */
  removeXdp(dev: string): void {
    this.#detach(`xdp ${dev}`);
  }

  /** Attaches to a socket, given by its descriptor. */
  attachRawSocket({ fn, fd }: { readonly fn: string; readonly fd: number }): HostLink {
    return this.#attach(`socket ${fd}`, fn, { kind: 'socket-filter', socketFd: fd });
  }

  /** Attaches to a control group, as `BPF.attach_func`. */
  attachFunc({ fn, path }: { readonly fn: string; readonly path: string }): HostLink {
    return this.#attach(`cgroup ${path} ${fn}`, fn, { kind: 'cgroup', path });
  }

  /** Ends what {@link attachFunc} began. */
  detachFunc({ fn, path }: { readonly fn: string; readonly path: string }): void {
    this.#detach(`cgroup ${path} ${fn}`);
  }

  #countOf(kinds: RegExp): number {
    return [...this.#links].reduce((sum, [place, links]) => sum + (kinds.test(place) ? links.length : 0), 0);
  }

  /** How many were attached by their functions' names. */
  #countByName(kind: AttachTarget['kind']): number {
    return this.#attachedByName ? this.session.programs.filter(({ raw }) => raw.spec.attach?.kind === kind).length : 0;
  }

  /** How many kprobes and kretprobes are attached. */
  numOpenKprobes(): number {
    return this.#countOf(/^k(?:ret)?probe /) + this.#countByName('kprobe');
  }

  /** How many uprobes and uretprobes are attached. */
  numOpenUprobes(): number {
    return this.#countOf(/^u(?:ret)?probe /);
  }

  /** How many tracepoints are attached to. */
  numOpenTracepoints(): number {
    return this.#countOf(/^tracepoint /) + this.#countByName('tracepoint');
  }

  /** Attaches what function names say. @internal */
  attachByName(): void {
    this.session.attach();
    this.#attachedByName = true;
  }

  /** The program of that name, loaded when the text was. @throws UsageError when it is of another type than `type` */
  loadFunc(fn: string, type?: ProgramTypeName): BpfProgram {
    const program = this.session.program(fn);
    const { type: found } = program.raw.spec;
    if (type !== undefined && found !== type) {
      throw new UsageError(`"${fn}" was loaded as ${found ?? 'unknown'}, not as ${type}`, {
        hint: `give bpf() the option { types: { ${fn}: '${type}' } }`,
      });
    }
    return program;
  }

  /** Every program of a type. */
  loadFuncs(type: ProgramTypeName): readonly BpfProgram[] {
    return this.session.programs.filter(({ raw }) => raw.spec.type === type);
  }

  /** The table of that name. @throws UsageError when there is none */
  table(name: string): BccTable {
    const known = this.#tables.get(name);
    if (known) return known;
    const { raw } = this.session.map(name);
    const { object, host } = this.session;
    const table = new BccTable(raw, { btf: object.btf, cpuCount: host.cpuCount });
    this.#tables.set(name, table);
    return table;
  }

  /** What the text submits to a perf or ring buffer, as an async iterable. */
  events(name: string, options: EventsOptions = {}): EventStream<unknown> {
    return this.session.events(name, options);
  }

  /** Has {@link perfBufferPoll} call `callback` for every record of a `BPF_PERF_OUTPUT`. */
  openPerfBuffer(name: string, callback: EventCallback, options: PerfBufferOptions = {}): void {
    const { pageCnt, lostCallback, type } = options;
    const how = { ...(pageCnt === undefined ? {} : { pagesPerCpu: pageCnt }), ...(type === undefined ? {} : { type }) };
    this.#perfBuffers.add(this.session.events(name, how), callback, lostCallback);
  }

  /** Calls back for records of the open perf buffers, waiting at most `timeoutMs`; returns how many there were. */
  perfBufferPoll(timeoutMs = forever): Promise<number> {
    return this.#perfBuffers.poll(timeoutMs);
  }

  /** As {@link perfBufferPoll}, without waiting. */
  perfBufferConsume(): Promise<number> {
    return this.#perfBuffers.poll(0);
  }

  /** Has {@link ringBufferPoll} call `callback` for every record of a `BPF_RINGBUF_OUTPUT`. */
  openRingBuffer(name: string, callback: EventCallback, { type }: { readonly type?: string } = {}): void {
    this.#ringBuffers.add(this.session.events(name, type === undefined ? {} : { type }), callback);
  }

  /** Calls back for records of the open ring buffers, waiting at most `timeoutMs`; returns how many there were. */
  ringBufferPoll(timeoutMs = forever): Promise<number> {
    return this.#ringBuffers.poll(timeoutMs);
  }

  /** As {@link ringBufferPoll}, without waiting. */
  ringBufferConsume(): Promise<number> {
    return this.#ringBuffers.poll(0);
  }

  /** The next line that any program prints with `bpf_trace_printk`; undefined once closed, or when there is none now. */
  traceReadline(options: { readonly nonblocking?: boolean } = {}): Promise<string | undefined> {
    this.#pipe ??= new TracePipe();
    return this.#pipe.readLine(options);
  }

  /** The next such line, taken apart. */
  async traceFields(options: { readonly nonblocking?: boolean } = {}): Promise<TraceFields | undefined> {
    for (;;) {
      const line = await this.traceReadline(options);
      const fields = line === undefined ? undefined : parseTraceLine(line);
      if (fields || line === undefined) return fields;
    }
  }

  /** Prints such lines until the session is closed; `format` spells a line its own way. */
  async tracePrint(format?: (fields: TraceFields) => string): Promise<void> {
    for (;;) {
      const line = await this.traceReadline();
      if (line === undefined) return;
      const fields = format && parseTraceLine(line);
      console.log(fields ? format(fields) : line);
    }
  }

  /** Detaches everything and unloads it. */
  close(): void {
    this.#pipe?.[Symbol.dispose]();
    this.#withdrawTables();
    this.session.close();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
