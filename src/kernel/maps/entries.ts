// Whole-map operations: iterate, write many, clear - in batches where there are some, else one by one.

import { systemCallFailure } from '../../sys/index.ts';
import { type BatchedMap, batchCount, deleteBatch, type EntryBatch, readBatches, writeBatch } from './batches.ts';
import type { Elements } from './elements.ts';
import type { MapKind } from './map-kinds.ts';

/** A key and its value. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** A map as these operations see it. */
export interface IterableMap extends BatchedMap {
  readonly elements: Elements;
  readonly kind: MapKind;
}

/** Every entry. Entries added or deleted meanwhile may or may not be seen; the end is always reached. */
export function* iterateEntries(map: IterableMap): Generator<Entry, void> {
  const batched = yield* iterateBatches(map);
  if (!batched) yield* iterateOneByOne(map);
}

function* iterateBatches(map: IterableMap): Generator<Entry, boolean> {
  const batches = readBatches(map);
  const { keySize, valueStride } = map;
  for (;;) {
    const step = batches.next();
    if (step.done) return step.value;
    const { keys, values, count } = step.value;
    for (let index = 0; index < count; index++) {
      yield [
        keys.subarray(index * keySize, (index + 1) * keySize),
        values.subarray(index * valueStride, (index + 1) * valueStride),
      ];
    }
  }
}

function* iterateOneByOne(map: IterableMap): Generator<Entry, void> {
  for (const key of iterateKeys(map)) {
    const value = map.elements.lookup(key);
    if (value) yield [key, value];
  }
}

/**
 * Keys by `get_next_key`. The next key is fetched before one is handed out, so that deleting the current one is harmless. Where
 * somebody else deletes the key we stand on, the kernel starts from the beginning: keys handed out already are skipped then,
 * and after too many starts the walk ends.
 */
export function* iterateKeys(map: IterableMap): Generator<Uint8Array, void> {
  const { elements, kind, maxEntries } = map;
  const seen = kind.restartsOnMissingKey ? new Set<string>() : undefined;
  let steps = 0;
  const stepLimit = 4 * maxEntries + 1024;
  let key = elements.nextKey(undefined);
  while (key) {
    const next = steps++ > stepLimit ? undefined : elements.nextKey(key);
    const name = seen && Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
    if (name === undefined || !seen?.has(name)) yield key;
    if (name !== undefined) seen?.add(name);
    key = next;
  }
}

function* chunks(entries: Iterable<Entry>, map: IterableMap): Generator<EntryBatch> {
  const size = Math.min(batchCount(map), 16384);
  let keys = new Uint8Array(size * map.keySize);
  let values = new Uint8Array(size * map.valueStride);
  let count = 0;
  for (const [key, value] of entries) {
    keys.set(key, count * map.keySize);
    values.set(value, count * map.valueStride);
    count++;
    if (count < size) continue;
    yield { keys, values, count };
    keys = new Uint8Array(size * map.keySize);
    values = new Uint8Array(size * map.valueStride);
    count = 0;
  }
  if (count > 0) yield { keys, values, count };
}

function entryOf(map: IterableMap, batch: EntryBatch, index: number): Entry {
  const { keySize, valueStride } = map;
  return [
    batch.keys.subarray(index * keySize, (index + 1) * keySize),
    batch.values.subarray(index * valueStride, (index + 1) * valueStride),
  ];
}

/** Writes every entry. @throws SyscallError of the first that fails; those before it are written. */
export function writeEntries(map: IterableMap, entries: Iterable<Entry>, flags: number): void {
  let batched = !map.kind.holdsDescriptors;
  for (const batch of chunks(entries, map)) {
    if (batched) {
      const progress = writeBatch(map, batch, flags);
      if (progress && progress.result < 0) {
        throw systemCallFailure('bpf(BPF_MAP_UPDATE_ELEM)', progress.result, map.label);
      }
      batched = progress !== undefined;
    }
    if (batched) continue;
    for (let index = 0; index < batch.count; index++) {
      const [key, value] = entryOf(map, batch, index);
      map.elements.update(key, value, flags);
    }
  }
}

/** Deletes every entry, or writes zeros where entries cannot be deleted. */
export function clearEntries(map: IterableMap): void {
  if (map.kind.clearByZero) {
    const zero = new Uint8Array(map.valueStride);
    writeEntries(
      map,
      Array.from(iterateKeys(map), (key): Entry => [key, zero]),
      0,
    );
    return;
  }
  const keys = [...iterateKeys(map)];
  const none = new Uint8Array(map.valueStride);
  let batched = !map.kind.holdsDescriptors;
  for (const batch of chunks(
    keys.map((key): Entry => [key, none]),
    map,
  )) {
    // A batch stops at the first key that is gone by now: the rest one by one.
    const progress = batched ? deleteBatch(map, batch) : undefined;
    batched = progress !== undefined;
    for (let index = progress?.done ?? 0; index < batch.count; index++) {
      map.elements.delete(entryOf(map, batch, index)[0]);
    }
  }
}
