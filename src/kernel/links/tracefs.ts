// What the tracing file system says: ids and names of events, and where it is.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SyscallError, suggest, UnsupportedError, UsageError } from '../../base/index.ts';
import { mountTracefs } from '../../sys/index.ts';

/** An event's place in tracefs. */
export interface EventName {
  readonly category: string;
  readonly name: string;
}

const isNamePart = (text: string): boolean => /^[\w.@$-]+$/.test(text) && text !== '.' && text !== '..';

/**
 * The id by which perf_event_open(2) knows a tracepoint.
 * @throws UsageError with a suggestion when there is none of that name; SyscallError when tracefs cannot be read.
 */
export function eventId({ category, name }: EventName): number {
  const tracefs = mountTracefs();
  if (!isNamePart(category) || !isNamePart(name)) throw unknownEvent(tracefs, { category, name });
  const path = join(tracefs, 'events', category, name, 'id');
  const text = readTraceFile(path);
  if (text === undefined) throw unknownEvent(tracefs, { category, name });
  const id = Number.parseInt(text, 10);
  if (Number.isSafeInteger(id)) return id;
  throw new UnsupportedError(`tracepoint ${category}:${name}`, { hint: `${path} holds no number` });
}

/** Contents of a file of tracefs; undefined when there is no such file. @throws SyscallError */
export function readTraceFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const hint = 'only root may read tracefs: run with sudo, or remount it with a gid or mode that lets you';
    throw new SyscallError(`open ${path}`, code, { cause: error, hint });
  }
}

/** The lines of a list in tracefs; empty where it cannot be read (lockdown hides some even from root). */
export function traceList(tracefs: string, file: string): readonly string[] {
  try {
    return readFileSync(join(tracefs, file), 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Every event as `category:name`; empty where tracefs cannot be read. */
export function availableEvents(tracefs: string): readonly string[] {
  return traceList(tracefs, 'available_events');
}

function unknownEvent(tracefs: string, { category, name }: EventName): UsageError {
  const full = `${category}:${name}`;
  return new UsageError(`there is no tracepoint ${full}`, { hint: eventHint(tracefs, { category, name }) });
}

function eventHint(tracefs: string, { category, name }: EventName): string {
  const events = availableEvents(tracefs);
  const sameName = events.find((event) => event.endsWith(`:${name}`));
  const near = sameName ?? suggest(`${category}:${name}`, events);
  if (near) return `did you mean ${near.replace(':', '/')}?`;
  const categories = categoryNames(tracefs);
  if (categories.includes(category)) return `see ${join(tracefs, 'events', category)} for the names there are`;
  const missing = category === 'syscalls' ? 'this kernel was built without CONFIG_FTRACE_SYSCALLS; ' : '';
  return `${missing}see ${join(tracefs, 'available_events')} for the names there are`;
}

function categoryNames(tracefs: string): readonly string[] {
  try {
    return readdirSync(join(tracefs, 'events'));
  } catch {
    return [];
  }
}
