// A loaded object: its maps, programs, links, events and global variables, and their common end.

import { FormatError, suggest, UsageError } from '../base/index.ts';
import { decoder, sizeOf } from '../btf/index.ts';
import type { Host, HostLink, HostObject, HostProgram } from '../host/index.ts';
import type { BpfObject } from '../object/index.ts';
import { BpfMap } from './bpf-map.ts';
import type { EventsOptions, RecordDecoder } from './event-stream.ts';
import { EventStream } from './event-stream.ts';
import { carriesEvents, eventType } from './event-type.ts';
import { liveGlobals } from './globals.ts';
import type { ProgramOwner } from './program.ts';
import { BpfProgram } from './program.ts';
import type { ProgramRunInput, ProgramRunResult } from './run.ts';
import { runProgram } from './run.ts';
import type { ObjectTypes, UntypedObject } from './types.ts';

/** The names of a record type that are strings. */
type Name<T> = Extract<keyof T, string>;

/**
 * What {@link load} gives: everything that was loaded. Ending it (`await using`, `close()`) detaches every link, ends every
 * stream and unloads everything. What is attached lives at most as long as the process.
 */
export class Session<T extends ObjectTypes = UntypedObject> implements AsyncDisposable {
  /** The blueprint this was loaded from. */
  readonly object: BpfObject;
  /** Where it runs. */
  readonly host: Host;
  /** Global variables: reading a property reads the running program's memory, assigning one writes it. */
  readonly globals: T['globals'];
  readonly #loaded: HostObject;
  readonly #maps = new Map<string, BpfMap<unknown, unknown>>();
  readonly #programs = new Map<string, BpfProgram>();
  readonly #links = new Set<HostLink>();
  readonly #streams = new Map<string, EventStream<unknown>>();
  #isClosed = false;

  /** @internal */
  constructor(object: BpfObject, host: Host, loaded: HostObject) {
    this.object = object;
    this.host = host;
    this.#loaded = loaded;
    this.globals = liveGlobals(object, loaded);
    for (const [name, map] of loaded.maps) {
      this.#maps.set(name, new BpfMap(map, { btf: object.btf, cpuCount: host.cpuCount }));
    }
    const owner: ProgramOwner = {
      keepLink: (link) => this.#links.add(link),
      run: (program, input) => this.#run(program, input),
    };
    for (const [name, program] of loaded.programs) this.#programs.set(name, new BpfProgram(program, owner));
  }

  /** Names of the maps, those of global variables included. */
  get mapNames(): readonly string[] {
    return [...this.#maps.keys()];
  }

  /** The programs loaded. */
  get programs(): readonly BpfProgram[] {
    return [...this.#programs.values()];
  }

  /** The map of that name. @throws UsageError when there is none. */
  map<N extends Name<T['maps']>>(name: N): BpfMap<T['maps'][N]['key'], T['maps'][N]['value']> {
    this.#checkOpen();
    return this.#find(this.#maps, name, 'map');
  }

  /** The program of that name. @throws UsageError when there is none. */
  program(name: T['programs']): BpfProgram {
    this.#checkOpen();
    return this.#find(this.#programs, name, 'program');
  }

  /**
   * Attaches every program whose section says where, as `SEC("tracepoint/...")` does; others are left to
   * `session.program(name).attach(target)`. If one fails, those attached before it by this call are detached again.
   */
  attach(): readonly HostLink[] {
    this.#checkOpen();
    const links: HostLink[] = [];
    try {
      for (const program of this.#programs.values()) {
        if (program.raw.spec.attach) links.push(program.attach());
      }
    } catch (error) {
      for (const link of links) this.#detach(link);
      throw error;
    }
    return links;
  }

  /**
   * The records of a ring buffer or perf buffer as an async iterable of decoded objects, or of bytes where their type is
   * unknown. A buffer has one reader at a time.
   *
   * @throws UsageError when there is no such buffer or it is being read already.
   * @example
   * for await (const event of session.events('events', { signal })) console.log(event.comm, event.pid);
   */
  events<N extends Name<T['events']>>(name: N, options: EventsOptions = {}): EventStream<T['events'][N]> {
    const map = this.map(name).raw;
    if (!carriesEvents(map.spec)) {
      throw new UsageError(`the map "${name}" is a ${map.spec.type}, which carries no events`);
    }
    if (this.#streams.get(name)?.isClosed === false)
      throw new UsageError(`the events of "${name}" are being read already`);
    const decode = this.#recordDecoder<T['events'][N]>(name, options.type);
    const { pagesPerCpu } = options;
    const source = map.events(pagesPerCpu === undefined ? {} : { pagesPerCpu });
    const stream = new EventStream<T['events'][N]>(source, decode, options.signal);
    this.#streams.set(name, stream);
    return stream;
  }

  /** Detaches everything and unloads it. Does nothing the second time. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stream of this.#streams.values()) stream.close();
    for (const link of this.#links) this.#detach(link);
    this.#loaded[Symbol.dispose]();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #run(program: HostProgram, input: ProgramRunInput): ProgramRunResult {
    this.#checkOpen();
    // Buffers that somebody reads keep their records for that reader.
    const unread = [...this.#loaded.maps.values()].filter(
      ({ spec }) => carriesEvents(spec) && this.#streams.get(spec.name)?.isClosed !== false,
    );
    return runProgram({ host: this.host, program, input, btf: this.object.btf, eventMaps: unread }, (map, bytes) =>
      this.#recordDecoder<unknown>(map, undefined)(bytes, 0, bytes.byteLength),
    );
  }

  #detach(link: HostLink): void {
    this.#links.delete(link);
    link[Symbol.dispose]();
  }

  #recordDecoder<E>(name: string, typeName: string | undefined): RecordDecoder<E> {
    const spec = this.object.maps.find((map) => map.name === name);
    const { btf } = this.object;
    const type = spec && eventType(this.object, spec, typeName);
    // Without a known type the records are bytes; with one, they are what BTF says. Neither is visible to the type checker.
    if (type === undefined || !btf) return (ring, offset, length): E => ring.slice(offset, offset + length) as E;
    const decode = decoder(btf, type);
    const sizeBytes = sizeOf(btf, type);
    let view: DataView = new DataView(new ArrayBuffer(0));
    return (ring, offset, length): E => {
      if (length < sizeBytes)
        throw new FormatError(`record of ${name}`, `${length} bytes, but its type has ${sizeBytes}`);
      if (view.buffer !== ring.buffer) view = new DataView(ring.buffer);
      return decode(view, ring.byteOffset + offset) as E;
    };
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new UsageError('the session is closed');
  }

  #find<V>(all: ReadonlyMap<string, V>, name: string, what: string): V {
    const found = all.get(name);
    if (found) return found;
    const nearest = suggest(name, all.keys());
    const hint = nearest ? `did you mean "${nearest}"?` : `it has: ${[...all.keys()].join(', ') || 'none'}`;
    throw new UsageError(`the object has no ${what} "${name}"`, { hint });
  }
}
