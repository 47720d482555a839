// What is left in a session at its end: maps and global variables, for people or as JSON.

import type { BpfMap, Session, UntypedObject } from '../api/index.ts';
import { toJson, toText } from '../toolkit/index.ts';

/** Entries printed of one map. */
const maxEntriesShown = 100;

type Globals = Record<string, unknown>;

function* shownEntries(map: BpfMap<unknown, unknown>): Generator<[unknown, unknown]> {
  let count = 0;
  for (const entry of map) {
    if (count++ === maxEntriesShown) return;
    yield entry;
  }
}

const unreadable: ReadonlySet<string> = new Set([
  'ringbuf',
  'user_ringbuf',
  'perf_event_array',
  'prog_array',
  'cgroup_array',
  'queue',
  'stack',
  'bloom_filter',
  'arena',
  'sk_storage',
  'inode_storage',
  'task_storage',
  'cgrp_storage',
  'struct_ops',
  'stack_trace',
  'sockmap',
  'sockhash',
  'reuseport_sockarray',
  'xskmap',
  'array_of_maps',
  'hash_of_maps',
]);

function isEmptyValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isEmptyValue);
  return value === 0 || value === 0n;
}

function printMap(map: BpfMap<unknown, unknown>, isJson: boolean): void {
  const isArray = map.raw.spec.type === 'array' || map.raw.spec.type === 'percpu_array';
  let shown = 0;
  for (const [key, value] of shownEntries(map)) {
    if (isArray && isEmptyValue(value)) continue;
    if (isJson) console.log(`{"map":${JSON.stringify(map.name)},"key":${toJson(key)},"value":${toJson(value)}}`);
    else console.log(`${shown === 0 ? `\n${map.name}:\n` : ''}  ${toText(key)}: ${toText(value)}`);
    shown++;
  }
  if (shown === maxEntriesShown && !isJson) console.log(`  ... (first ${maxEntriesShown} entries)`);
}

function printGlobals(globals: Globals, isJson: boolean): void {
  for (const [name, value] of Object.entries(globals)) {
    if (name.startsWith('unused') || name === 'LICENSE') continue;
    console.log(isJson ? `{"global":${JSON.stringify(name)},"value":${toJson(value)}}` : `${name} = ${toText(value)}`);
  }
}

/** Prints every map that has entries to show, then the global variables. */
export function printState(session: Session<UntypedObject>, isJson: boolean): void {
  for (const name of session.mapNames) {
    const map = session.map(name);
    if (!unreadable.has(map.raw.spec.type) && !map.raw.spec.data) printMap(map, isJson);
  }
  const data = session.object.maps.some(({ data: section }) => section !== undefined);
  if (data && !isJson) console.log('');
  printGlobals(session.globals, isJson);
}
