// Opens the perf event of a kprobe or uprobe: by the kernel's own event source, or on kernels before 4.17 through tracefs.
// Source: Documentation/trace/kprobetrace.rst, uprobetracer.rst; kernel/events/core.c perf_kprobe, perf_uprobe (v6.18).

import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SyscallError, UnsupportedError } from '../../base/index.ts';
import { errnoMeaning, type Fd, findTracefs, onlineCpus, perfEventOpen, perfTypes } from '../../sys/index.ts';
import { cString } from './link.ts';
import { eventId } from './tracefs.ts';

/** Where a probe goes. */
export interface ProbePlace {
  readonly kind: 'kprobe' | 'uprobe';
  /** Function of the kernel, or path of the file. */
  readonly where: string;
  /** Behind the function's start; in the file, for uprobes. */
  readonly offset: number;
  readonly atReturn: boolean;
  /** Offset in the file of the counter that a uprobe increments while it is there; 0: none. */
  readonly refCounterOffset?: number;
  /** -1: any process. */
  readonly pid: number;
  readonly label: string;
}

/** An open event, and what has to go with it. */
export interface ProbeEvent {
  readonly event: Fd;
  readonly others: readonly Disposable[];
}

/** Since when the kernel has them, and which option it needs. */
const facts = {
  kprobe: { name: 'kprobes', since: '4.1', option: 'CONFIG_KPROBE_EVENTS' },
  uprobe: { name: 'uprobes', since: '4.3', option: 'CONFIG_UPROBE_EVENTS' },
} as const;

/** Opens the event. @throws SyscallError, UnsupportedError */
export function openProbe(place: ProbePlace): ProbeEvent {
  const source = eventSource(place.kind);
  if (source) return { event: openByEventSource(place, source), others: [] };
  return openByTracefs(place);
}

interface EventSource {
  readonly type: number;
  readonly returnBit: bigint;
}

function eventSource(kind: ProbePlace['kind']): EventSource | undefined {
  const directory = `/sys/bus/event_source/devices/${kind}`;
  const type = readText(`${directory}/type`);
  if (type === undefined) return undefined;
  const bit = /config:(\d+)/.exec(readText(`${directory}/format/retprobe`) ?? '')?.[1] ?? '0';
  return { type: Number(type), returnBit: 1n << BigInt(bit) };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function openByEventSource(place: ProbePlace, { type, returnBit }: EventSource): Fd {
  const { where, offset, atReturn, refCounterOffset = 0 } = place;
  const name = cString(where);
  const attribute = {
    type,
    config: (atReturn ? returnBit : 0n) | (BigInt(refCounterOffset) << 32n),
    config1: name,
    config2: BigInt(offset),
  };
  return openFor(place, attribute);
}

function openFor({ pid, label }: ProbePlace, attribute: Parameters<typeof perfEventOpen>[0]['attribute']): Fd {
  return perfEventOpen({ attribute, pid, cpu: pid === -1 ? (onlineCpus()[0] ?? 0) : -1, label });
}

let made = 0;

/** The way of kernels before 4.17. @throws SyscallError, UnsupportedError */
export function openByTracefs(place: ProbePlace): ProbeEvent {
  const file = definitionsFile(place);
  const name = `${place.kind}_${process.pid}_${made++}`;
  const category = 'tsbpf';
  define(file, definition(place, `${category}/${name}`), place);
  const remove: Disposable = {
    [Symbol.dispose]: (): void => appendFileSync(file, `-:${category}/${name}\n`),
  };
  try {
    const attribute = { type: perfTypes.tracepoint, config: BigInt(eventId({ category, name })) };
    return { event: openFor(place, attribute), others: [remove] };
  } catch (error) {
    remove[Symbol.dispose]();
    throw error;
  }
}

/** The line that defines a probe: `p:GROUP/EVENT PLACE`. */
export function definition({ kind, where, offset, atReturn, refCounterOffset = 0 }: ProbePlace, event: string): string {
  const verb = `${atReturn ? 'r' : 'p'}:${event}`;
  const counter = refCounterOffset === 0 ? '' : `(0x${refCounterOffset.toString(16)})`;
  if (kind === 'uprobe') return `${verb} ${where}:0x${offset.toString(16)}${counter}`;
  return `${verb} ${where}${offset === 0 ? '' : `+${offset}`}`;
}

function definitionsFile({ kind }: ProbePlace): string {
  const tracefs = findTracefs();
  const file = tracefs && join(tracefs, `${kind}_events`);
  if (file && readText(file) !== undefined) return file;
  const { name, since, option } = facts[kind];
  const mount = tracefs ? '' : ', or tracefs is not mounted (mount -t tracefs tracefs /sys/kernel/tracing)';
  throw new UnsupportedError(name, { since, hint: `this kernel was built without ${option}${mount}` });
}

function define(file: string, line: string, place: ProbePlace): void {
  try {
    appendFileSync(file, `${line}\n`);
  } catch (cause) {
    const { code = 'EIO', errno: number = -5 } = cause as NodeJS.ErrnoException;
    throw new SyscallError(`write ${file}`, code, { cause, context: place.label, hint: errnoMeaning(-number) });
  }
}
