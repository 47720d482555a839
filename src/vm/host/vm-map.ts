// A map of the machine as hosts show maps: keys and values as bytes, failures as SyscallError.

import { SyscallError, UnsupportedError, UsageError, ValueError } from '../../base/index.ts';
import type { EventOptions, HostEvents, HostMap, HostProgram, UpdateMode } from '../../host/index.ts';
import type { MapSpec } from '../../object/index.ts';
import { errno, errnoName } from '../errno.ts';
import type { Machine } from '../machine.ts';
import type { MapStore } from '../maps/map-store.ts';
import { mapFlag, updateFlags } from '../maps/map-store.ts';
import { PerfEventArray } from '../maps/perf-event-array.ts';
import { holdsReferences } from '../maps/reference-maps.ts';
import { RingBuffer, UserRingBuffer } from '../maps/ring-buffer.ts';
import type { Region } from '../memory/machine-memory.ts';
import { VmProgram } from './vm-program.ts';

const modes: Record<UpdateMode, number> = {
  any: updateFlags.any,
  create: updateFlags.noExist,
  replace: updateFlags.exist,
};

/** Commands of bpf(2), as they appear in errors. */
type Command =
  | 'BPF_MAP_LOOKUP_ELEM'
  | 'BPF_MAP_UPDATE_ELEM'
  | 'BPF_MAP_DELETE_ELEM'
  | 'BPF_MAP_LOOKUP_AND_DELETE_ELEM'
  | 'BPF_MAP_GET_NEXT_KEY';

/** Ids of maps, for maps of maps. */
let nextId = 1;

/** A map of a machine. */
export class VmMap implements HostMap {
  readonly store: MapStore;
  /** As `bpf_map_info.id`. */
  readonly id = nextId++;
  readonly #machine: Machine;
  /** Room for a key, another key and a value, for handing over. */
  readonly #scratch: Region;
  #frozen = false;
  #disposed = false;

  constructor(machine: Machine, store: MapStore) {
    this.#machine = machine;
    this.store = store;
    const size = this.#valueOffset + store.valueStride;
    this.#scratch = machine.memory.allocate(`exchange of map ${store.spec.name}`, size, 'none');
  }

  get #valueOffset(): number {
    return 2 * Math.ceil(this.spec.keySize / 8) * 8;
  }

  get spec(): MapSpec {
    return this.store.spec;
  }

  get valueStride(): number {
    return this.store.valueStride;
  }

  #fail(command: Command, code: number): never {
    throw new SyscallError(`bpf(${command})`, errnoName(-code), { context: `map "${this.spec.name}"` });
  }

  #check(command: Command, result: number): void {
    if (result < 0) this.#fail(command, result);
  }

  #checkOpen(): void {
    if (this.#disposed) throw new UsageError(`map "${this.spec.name}" is closed`);
  }

  /** Copies a key in; its address. */
  #key(key: Uint8Array): number {
    this.#checkOpen();
    if (key.length !== this.spec.keySize)
      throw new ValueError('key', `has ${key.length} bytes, the map's keys have ${this.spec.keySize}`);
    this.#machine.memory.u8.set(key, this.#scratch.start);
    return this.#scratch.start;
  }

  get #valueAddress(): number {
    return this.#scratch.start + this.#valueOffset;
  }

  /** Copies a value in; its address. */
  #value(value: Uint8Array): number {
    this.#checkOpen();
    if (value.length !== this.valueStride)
      throw new ValueError('value', `has ${value.length} bytes, the map's values have ${this.valueStride}`);
    this.#machine.memory.u8.set(value, this.#valueAddress);
    return this.#valueAddress;
  }

  #checkWritable(command: Command): void {
    if (this.#frozen || (this.spec.flags & mapFlag.readOnlyUser) !== 0) this.#fail(command, -errno.EPERM);
  }

  #checkReadable(command: Command): void {
    if ((this.spec.flags & mapFlag.writeOnlyUser) !== 0) this.#fail(command, -errno.EPERM);
  }

  lookup(key: Uint8Array): Uint8Array | undefined {
    const command = 'BPF_MAP_LOOKUP_ELEM';
    this.#checkReadable(command);
    if (this.spec.keySize === 0 && key.length === 0 && this.spec.valueSize > 0) return this.peek();
    const address = this.store.read(this.#key(key));
    this.#check(command, address);
    return address === 0 ? undefined : this.#machine.memory.copy(address, this.valueStride);
  }

  update(key: Uint8Array, value: Uint8Array, mode: UpdateMode = 'any'): void {
    const command = 'BPF_MAP_UPDATE_ELEM';
    this.#checkWritable(command);
    if (this.spec.keySize === 0 && key.length === 0 && this.spec.valueSize > 0) {
      this.push(value, mode);
      return;
    }
    const result = this.store.write(this.#key(key), this.#value(value), modes[mode]);
    this.#check(command, result);
  }

  delete(key: Uint8Array): boolean {
    const command = 'BPF_MAP_DELETE_ELEM';
    this.#checkWritable(command);
    const result = this.store.erase(this.#key(key));
    if (result === -errno.ENOENT) return false;
    this.#check(command, result);
    return true;
  }

  take(key: Uint8Array): Uint8Array | undefined {
    const command = 'BPF_MAP_LOOKUP_AND_DELETE_ELEM';
    this.#checkWritable(command);
    const out = this.#valueAddress;
    const result = this.spec.keySize === 0 ? this.store.pop(out) : this.store.take(this.#key(key), out);
    if (result === -errno.ENOENT) return undefined;
    this.#check(command, result);
    return this.#machine.memory.copy(out, this.valueStride);
  }

  nextKey(key?: Uint8Array): Uint8Array | undefined {
    const command = 'BPF_MAP_GET_NEXT_KEY';
    this.#checkReadable(command);
    this.#checkOpen();
    const out = this.#scratch.start + this.#valueOffset / 2;
    const result = this.store.next(key ? this.#key(key) : 0, out);
    if (result === -errno.ENOENT) return undefined;
    this.#check(command, result);
    return this.#machine.memory.copy(out, this.spec.keySize);
  }

  *entries(): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    for (let key = this.nextKey(); key; key = this.nextKey(key)) {
      const value = this.lookup(key);
      if (value) yield [key, value];
    }
  }

  updateAll(entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>, mode: UpdateMode = 'any'): void {
    for (const [key, value] of entries) this.update(key, value, mode);
  }

  clear(): void {
    const keys: Uint8Array[] = [];
    for (let key = this.nextKey(); key; key = this.nextKey(key)) keys.push(key);
    for (const key of keys) this.delete(key);
  }

  push(value: Uint8Array, mode: UpdateMode = 'any'): void {
    const command = 'BPF_MAP_UPDATE_ELEM';
    this.#checkWritable(command);
    if (this.store instanceof UserRingBuffer) this.#check(command, this.store.submit(value));
    else this.#check(command, this.store.push(this.#value(value), modes[mode]));
  }

  pop(): Uint8Array | undefined {
    if (this.spec.type !== 'queue' && this.spec.type !== 'stack')
      throw new UsageError(`map "${this.spec.name}" (${this.spec.type}) has nothing to pop`);
    return this.take(new Uint8Array(0));
  }

  peek(): Uint8Array | undefined {
    this.#checkOpen();
    const result = this.store.peek(this.#valueAddress);
    if (result === -errno.ENOENT) return undefined;
    this.#check('BPF_MAP_LOOKUP_ELEM', result);
    return this.#machine.memory.copy(this.#valueAddress, this.valueStride);
  }

  mayContain(value: Uint8Array): boolean {
    const result = this.store.peek(this.#value(value));
    if (result === -errno.ENOENT) return false;
    this.#check('BPF_MAP_LOOKUP_ELEM', result);
    return true;
  }

  setReference(key: Uint8Array, target: HostMap | HostProgram): void {
    const command = 'BPF_MAP_UPDATE_ELEM';
    const { store } = this;
    if (!holdsReferences(store)) this.#fail(command, -errno.EINVAL);
    const reference = referenceTo(target);
    this.#check(command, store.setReference(this.#key(key), reference, updateFlags.any));
  }

  /** Valid until the machine's memory grows: ask again rather than keep it. Frozen maps are not shared. */
  memory(): Uint8Array | undefined {
    const isShared = (this.spec.flags & mapFlag.mmapable) !== 0 && !this.#frozen;
    const address = isShared ? this.store.directAddress() : undefined;
    if (address === undefined) return undefined;
    return this.#machine.memory.bytes(address, Math.ceil(this.spec.valueSize / 8) * 8 * this.spec.maxEntries);
  }

  freeze(): void {
    this.#frozen = true;
  }

  pin(_path: string): void {
    throw new UnsupportedError('pinning in the embedded machine');
  }

  unpin(_path: string): void {
    throw new UnsupportedError('pinning in the embedded machine');
  }

  /** Whether it carries events that nobody reads now. */
  get isUnreadEventMap(): boolean {
    const { store } = this;
    return (store instanceof RingBuffer || store instanceof PerfEventArray) && !store.isRead;
  }

  events(options?: EventOptions): HostEvents {
    const { store } = this;
    if (store instanceof RingBuffer) return store.events();
    if (store instanceof PerfEventArray) return store.events(options);
    throw new UsageError(`map "${this.spec.name}" of type ${this.spec.type} has no events`);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#machine.memory.free(this.#scratch);
    this.#machine.removeMap(this.store);
  }
}

function referenceTo(target: HostMap | HostProgram): { id: number; map?: MapStore; code?: VmProgram['code'] } {
  if (target instanceof VmMap) return { id: target.id, map: target.store };
  if (target instanceof VmProgram) return { id: target.id, code: target.code };
  throw new UsageError('maps of the embedded machine hold only its own maps and programs');
}
