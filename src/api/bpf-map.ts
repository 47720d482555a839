// A loaded map with typed keys and values.

import type { Btf } from '../btf/index.ts';
import type { HostMap, HostProgram, UpdateMode } from '../host/index.ts';
import type { MapSpec } from '../object/index.ts';
import { mapTypes } from '../spec/index.ts';
import type { ValueCodec } from './value-codec.ts';
import { codecOf, perCpuCodec, stackTraceCodec } from './value-codec.ts';

const perCpuTypes: ReadonlySet<string> = new Set(mapTypes.filter(({ perCpu }) => perCpu).map(({ name }) => name));

/** What is needed beside the host's map to decode it. */
export interface MapContext {
  readonly btf: Btf | undefined;
  readonly cpuCount: number;
}

function valueCodec(spec: MapSpec, { btf, cpuCount }: MapContext): ValueCodec {
  const what = `${spec.name} value`;
  if (spec.type === 'stack_trace') return stackTraceCodec(spec.valueSize, what);
  const one = codecOf({ btf, type: spec.valueType, sizeBytes: spec.valueSize, what });
  return perCpuTypes.has(spec.type) ? perCpuCodec(one, cpuCount, what) : one;
}

/**
 * A loaded map. Keys and values are plain values by the program's BTF; those of per-CPU maps are arrays with one value per
 * possible CPU. Everything throws ValueError for a value of the wrong shape (naming the field) and SyscallError where the
 * host refuses.
 */
export class BpfMap<K, V> implements Iterable<[K, V]> {
  /** The map in bytes. */
  readonly raw: HostMap;
  readonly #key: ValueCodec;
  readonly #value: ValueCodec;

  /** @internal */
  constructor(raw: HostMap, context: MapContext) {
    const { spec } = raw;
    this.raw = raw;
    this.#key = codecOf({ btf: context.btf, type: spec.keyType, sizeBytes: spec.keySize, what: `${spec.name} key` });
    this.#value = valueCodec(spec, context);
  }

  get name(): string {
    return this.raw.spec.name;
  }

  /** The value, or undefined when there is no such key. */
  get(key: K): V | undefined {
    const bytes = this.raw.lookup(this.#key.encode(key));
    return bytes && this.#decodeValue(bytes);
  }

  /** True when there is such a key. */
  has(key: K): boolean {
    return this.raw.lookup(this.#key.encode(key)) !== undefined;
  }

  /** Writes a value: `any` creates or replaces, `create` and `replace` fail where they cannot. */
  set(key: K, value: V, mode: UpdateMode = 'any'): void {
    this.raw.update(this.#key.encode(key), this.#value.encode(value), mode);
  }

  /** Writes many entries, in batches where the host has them. */
  setAll(entries: Iterable<readonly [K, V]>, mode: UpdateMode = 'any'): void {
    const bytes: (readonly [Uint8Array, Uint8Array])[] = [];
    for (const [key, value] of entries) bytes.push([this.#key.encode(key), this.#value.encode(value)]);
    this.raw.updateAll(bytes, mode);
  }

  /** False when there was no such key. */
  delete(key: K): boolean {
    return this.raw.delete(this.#key.encode(key));
  }

  /** Looks up and removes in one step. */
  take(key: K): V | undefined {
    const bytes = this.raw.take(this.#key.encode(key));
    return bytes && this.#decodeValue(bytes);
  }

  /** Deletes every entry. */
  clear(): void {
    this.raw.clear();
  }

  /** Every entry, read in batches where the host has them. */
  *entries(): IterableIterator<[K, V]> {
    for (const [key, value] of this.raw.entries()) yield [this.#decodeKey(key), this.#decodeValue(value)];
  }

  /** The same as {@link entries}. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  /** Every key. */
  *keys(): IterableIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  /** Every value. */
  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  /** Queue, stack and bloom filter: adds a value. */
  push(value: V, mode: UpdateMode = 'any'): void {
    this.raw.push(this.#value.encode(value), mode);
  }

  /** Queue and stack: removes the next value; undefined when empty. */
  pop(): V | undefined {
    const bytes = this.raw.pop();
    return bytes && this.#decodeValue(bytes);
  }

  /** Queue and stack: the next value, which stays; undefined when empty. */
  peek(): V | undefined {
    const bytes = this.raw.peek();
    return bytes && this.#decodeValue(bytes);
  }

  /** Bloom filter: false when `value` was never added, true when it may have been. */
  mayContain(value: V): boolean {
    return this.raw.mayContain(this.#value.encode(value));
  }

  /** Puts a program into a prog array, or a map into a map of maps. */
  setReference(key: K, target: BpfMap<unknown, unknown> | { readonly raw: HostProgram }): void {
    this.raw.setReference(this.#key.encode(key), target.raw);
  }

  // The codec was made from the very types that K and V stand for; there is no way to say so to the type checker.
  #decodeKey(bytes: Uint8Array): K {
    return this.#key.decode(bytes) as K;
  }

  #decodeValue(bytes: Uint8Array): V {
    return this.#value.decode(bytes) as V;
  }
}
