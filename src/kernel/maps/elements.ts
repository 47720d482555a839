// Single-element commands of one map. The attribute, key and value buffers are made once: at a million calls a second, allocating
// them and looking up their addresses would cost more than the call.

import { bpfCommands, errno, systemCallFailure, systemCalls } from '../../sys/index.ts';

const layout = bpfCommands.BPF_MAP_LOOKUP_ELEM.layout;
const attributeBytes = layout.size;

const lookupCommand = bpfCommands.BPF_MAP_LOOKUP_ELEM.number;
const updateCommand = bpfCommands.BPF_MAP_UPDATE_ELEM.number;
const deleteCommand = bpfCommands.BPF_MAP_DELETE_ELEM.number;
const nextKeyCommand = bpfCommands.BPF_MAP_GET_NEXT_KEY.number;
const takeCommand = bpfCommands.BPF_MAP_LOOKUP_AND_DELETE_ELEM.number;

/** What the buffers must hold. */
export interface ElementSizes {
  readonly keySize: number;
  readonly valueStride: number;
}

/** The commands; sizes are the caller's to check. `fd()` throws once the map is closed. */
export class Elements {
  readonly #fd: () => number;
  readonly #label: string;
  readonly #keyed: Uint8Array;
  /** `BPF_MAP_DELETE_ELEM` refuses attributes with a value. */
  readonly #keyOnly: Uint8Array;
  readonly #keyless: Uint8Array;
  readonly #first: Uint8Array;
  readonly #next: Uint8Array;
  readonly #key: Uint8Array;
  readonly #nextKey: Uint8Array;
  readonly #value: Uint8Array;
  #attributeFd = -1;

  constructor(fd: () => number, sizes: ElementSizes, label: string) {
    this.#fd = fd;
    this.#label = label;
    this.#key = new Uint8Array(sizes.keySize);
    this.#nextKey = new Uint8Array(sizes.keySize);
    this.#value = new Uint8Array(sizes.valueStride);
    this.#keyed = layout.encode({ key: this.#key, value: this.#value }).bytes;
    this.#keyOnly = layout.encode({ key: this.#key }).bytes;
    this.#keyless = layout.encode({ value: this.#value }).bytes;
    this.#first = layout.encode({ next_key: this.#nextKey }).bytes;
    this.#next = layout.encode({ key: this.#key, next_key: this.#nextKey }).bytes;
  }

  /** The value as stored, or undefined where there is no such key. */
  lookup(key: Uint8Array | undefined): Uint8Array | undefined {
    return this.#read(lookupCommand, 'BPF_MAP_LOOKUP_ELEM', key);
  }

  /** Undefined where there is no such key; `unsupported` where the map cannot look up and delete in one step. */
  take(key: Uint8Array | undefined): Uint8Array | undefined | 'unsupported' {
    const result = this.#call(takeCommand, this.#element(key), 0);
    if (result === 0) return this.#value.slice();
    if (result === -errno.ENOENT) return undefined;
    if (result === -errno.ENOTSUPP || result === -errno.EOPNOTSUPP || result === -errno.EINVAL) return 'unsupported';
    throw systemCallFailure('bpf(BPF_MAP_LOOKUP_AND_DELETE_ELEM)', result, this.#label);
  }

  update(key: Uint8Array | undefined, value: Uint8Array, flags: number): void {
    const attribute = this.#element(key);
    this.#value.set(value);
    const result = this.#call(updateCommand, attribute, flags);
    if (result < 0) throw systemCallFailure('bpf(BPF_MAP_UPDATE_ELEM)', result, this.#label);
  }

  /** Whether a bloom filter may hold the value. */
  test(value: Uint8Array): boolean {
    this.#value.set(value);
    const result = this.#call(lookupCommand, this.#keyless, 0);
    if (result < 0 && result !== -errno.ENOENT) {
      throw systemCallFailure('bpf(BPF_MAP_LOOKUP_ELEM)', result, this.#label);
    }
    return result === 0;
  }

  delete(key: Uint8Array): boolean {
    this.#key.set(key);
    const result = this.#call(deleteCommand, this.#keyOnly, 0);
    if (result === 0) return true;
    if (result === -errno.ENOENT) return false;
    throw systemCallFailure('bpf(BPF_MAP_DELETE_ELEM)', result, this.#label);
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    if (key) this.#key.set(key);
    const result = this.#call(nextKeyCommand, key ? this.#next : this.#first, 0);
    if (result === 0) return this.#nextKey.slice();
    if (result === -errno.ENOENT) return undefined;
    throw systemCallFailure('bpf(BPF_MAP_GET_NEXT_KEY)', result, this.#label);
  }

  #read(command: number, name: string, key: Uint8Array | undefined): Uint8Array | undefined {
    const result = this.#call(command, this.#element(key), 0);
    if (result === 0) return this.#value.slice();
    if (result === -errno.ENOENT) return undefined;
    throw systemCallFailure(`bpf(${name})`, result, this.#label);
  }

  /** The attribute for an element; without a key for queues, stacks and bloom filters. */
  #element(key: Uint8Array | undefined): Uint8Array {
    if (!key) return this.#keyless;
    this.#key.set(key);
    return this.#keyed;
  }

  #call(command: number, attribute: Uint8Array, flags: number): number {
    const fd = this.#fd();
    if (fd !== this.#attributeFd) this.#setFd(fd);
    attribute[attributeBytes - 8] = flags;
    return systemCalls().bpf(command, attribute, attributeBytes);
  }

  #setFd(fd: number): void {
    this.#attributeFd = fd;
    const attributes = [this.#keyed, this.#keyOnly, this.#keyless, this.#first, this.#next];
    for (const attribute of attributes) layout.set(attribute, 'map_fd', fd);
  }
}
