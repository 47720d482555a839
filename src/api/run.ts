// Runs of one program on a context given by names, with everything they gave: on the kernel and in the embedded machine.

import type { Btf } from '../btf/index.ts';
import type { Host, HostEvents, HostMap, HostProgram } from '../host/index.ts';
import type { NamedContext, VmRunResult } from '../vm/index.ts';
import { contextBytes } from '../vm/index.ts';

/** A packet, arguments, and fields of the program's context by their names. */
export interface ProgramRunInput extends NamedContext {
  /** How many times to run; default 1. */
  readonly repeat?: number;
}

/** A record sent during a run. */
export interface RunEvent {
  /** The buffer it was sent through. */
  readonly map: string;
  /** Decoded as `session.events(map)` would. */
  readonly value: unknown;
}

/** What a run gave. */
export interface ProgramRunResult {
  /** Unsigned, 32 bits. */
  readonly returnValue: number;
  /** The packet afterwards, for programs that have one. */
  readonly packet: Uint8Array | undefined;
  /** The context's bytes afterwards, where the host gives them. */
  readonly context: Uint8Array | undefined;
  /** Records sent through buffers that nobody reads at the time. */
  readonly events: readonly RunEvent[];
  /** Mean time of one run. */
  readonly durationNs: number;
  /** Instructions executed, where the host counts them. */
  readonly instructions: bigint | undefined;
}

/** What is needed for a run. */
export interface RunRequest {
  readonly host: Host;
  readonly program: HostProgram;
  readonly input: ProgramRunInput;
  readonly btf: Btf | undefined;
  /** Buffers whose records belong to the run's result. */
  readonly eventMaps: readonly HostMap[];
}

type DecodeRecord = (map: string, bytes: Uint8Array) => unknown;

/** A host that takes contexts by name itself, because it can do more than their bytes say (cookies, settings). */
interface RunsByName {
  run(program: HostProgram, context: NamedContext): VmRunResult;
}

function runsByName(host: Host): host is Host & RunsByName {
  return host.kind === 'vm' && 'run' in host;
}

/** Runs a program once or several times and collects what it gave. */
export function runProgram(request: RunRequest, decode: DecodeRecord): ProgramRunResult {
  const { host, program, input } = request;
  const { repeat, ...named } = input;
  if (runsByName(host) && repeat === undefined) {
    const { returnValue, packet, context, events, durationNs, instructions } = host.run(program, named);
    const decoded = events.map(({ map, data }) => ({ map, value: decode(map, data) }));
    return { returnValue, packet, context, events: decoded, durationNs, instructions };
  }
  return runOnBytes(request, decode);
}

function runOnBytes({ program, input, btf, eventMaps }: RunRequest, decode: DecodeRecord): ProgramRunResult {
  const { repeat, ...named } = input;
  const context = contextBytes(program.spec, btf, named);
  const readers = eventMaps.map((map) => ({ name: map.spec.name, events: map.events() }));
  try {
    for (const { events } of readers) events.drain(() => undefined); // what was sent before is not this run's
    const result = program.run({
      ...(named.packet ? { data: named.packet } : {}),
      ...(context ? { context } : {}),
      ...(named.cpu === undefined ? {} : { cpu: named.cpu }),
      ...(repeat === undefined ? {} : { repeat }),
    });
    const events = readers.flatMap(({ name, events: source }) => collected(name, source, decode));
    const { returnValue, data, durationNs, instructions } = result;
    return { returnValue, packet: data, context: result.context, events, durationNs, instructions };
  } finally {
    for (const { events } of readers) events[Symbol.dispose]();
  }
}

function collected(map: string, source: HostEvents, decode: DecodeRecord): RunEvent[] {
  const events: RunEvent[] = [];
  source.drain((ring, offset, length) => {
    events.push({ map, value: decode(map, ring.slice(offset, offset + length)) });
  });
  return events;
}
