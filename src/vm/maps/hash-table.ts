// A hash table in the machine's memory. Nodes are allocated once and reused, so that values never move.
//
//     buckets: | node | node | ...          addresses, 0 for none
//     node:    | next:32 | hash:32 | older:32 | newer:32 | key, padded to 8 | value |
//
// `older` and `newer` chain all live nodes by use: the table doubles as an LRU list.

import type { MachineMemory, Region } from '../memory/machine-memory.ts';
import { round8 } from './map-store.ts';

/** Offsets within a node. */
export const nodeLayout = { next: 0, hash: 4, older: 8, newer: 12, key: 16 } as const;

/** What a table holds. */
export interface HashTableShape {
  readonly name: string;
  readonly keySize: number;
  /** All of a node's value, every CPU's included. */
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly permission: 'read' | 'write';
}

function powerOfTwo(atLeast: number): number {
  let value = 1;
  while (value < atLeast) value *= 2;
  return value;
}

/** Keys to values, by address. */
export class HashTable {
  readonly #memory: MachineMemory;
  readonly #shape: HashTableShape;
  readonly #buckets: Region;
  readonly #nodes: Region;
  readonly #mask: number;
  readonly nodeSize: number;
  readonly valueOffset: number;
  count = 0;
  /** Freed nodes, chained by `next`. */
  #free = 0;
  /** Nodes never used yet start here. */
  #fresh: number;
  #oldest = 0;
  #newest = 0;

  constructor(memory: MachineMemory, shape: HashTableShape) {
    this.#memory = memory;
    this.#shape = shape;
    this.valueOffset = nodeLayout.key + round8(shape.keySize);
    this.nodeSize = this.valueOffset + round8(shape.valueSize);
    const bucketCount = powerOfTwo(shape.maxEntries);
    this.#mask = bucketCount - 1;
    this.#buckets = memory.allocate(`buckets of ${shape.name}`, bucketCount * 4, 'none');
    try {
      this.#nodes = memory.allocate(shape.name, shape.maxEntries * this.nodeSize, 'none');
    } catch (error) {
      memory.free(this.#buckets);
      throw error;
    }
    this.#fresh = this.#nodes.start;
  }

  get keySize(): number {
    return this.#shape.keySize;
  }

  /** Address and mask of the buckets, for compiled look-ups. */
  get buckets(): { readonly start: number; readonly mask: number } {
    return { start: this.#buckets.start, mask: this.#mask };
  }

  /** Multiplies and rotates word by word; compiled look-ups do the same (jit/emit-hash-lookup.ts). */
  hash(key: number): number {
    const { view } = this.#memory;
    const { keySize } = this.#shape;
    let h = keySize;
    let at = key;
    for (const end = key + keySize - 3; at < end; at += 4) {
      h = Math.imul(h ^ view.getInt32(at, true), 0x9e37_79b1);
      h ^= h >>> 15;
    }
    for (const end = key + keySize; at < end; at++) {
      h = Math.imul(h ^ view.getUint8(at), 0x9e37_79b1);
      h ^= h >>> 15;
    }
    return h | 0;
  }

  #equals(a: number, b: number): boolean {
    const { u8 } = this.#memory;
    for (let index = 0; index < this.#shape.keySize; index++) if (u8[a + index] !== u8[b + index]) return false;
    return true;
  }

  /** Address of the node with a key; 0 where there is none. */
  find(key: number): number {
    const hash = this.hash(key);
    const { i32 } = this.#memory;
    let node = i32[this.#bucket(hash)] as number;
    while (node !== 0) {
      const at = node >> 2;
      if (i32[at + 1] === hash && this.#equals(node + nodeLayout.key, key)) return node;
      node = i32[at] as number;
    }
    return 0;
  }

  #bucket(hash: number): number {
    return (this.#buckets.start >> 2) + (hash & this.#mask);
  }

  /** A new node with the key copied in; 0 where the table is full. */
  insert(key: number): number {
    if (this.count >= this.#shape.maxEntries) return 0;
    const memory = this.#memory;
    let node = this.#free;
    if (node !== 0) {
      this.#free = memory.i32[node >> 2] as number;
    } else {
      node = this.#fresh;
      this.#fresh += this.nodeSize;
      memory.protect(node + nodeLayout.key, this.#shape.keySize, 'read');
      memory.protect(node + this.valueOffset, this.#shape.valueSize, this.#shape.permission);
    }
    const hash = this.hash(key);
    const bucket = this.#bucket(hash);
    const { i32, u8 } = memory;
    i32[node >> 2] = i32[bucket] as number;
    i32[(node >> 2) + 1] = hash;
    i32[bucket] = node;
    u8.copyWithin(node + nodeLayout.key, key, key + this.#shape.keySize);
    u8.fill(0, node + this.valueOffset, node + this.nodeSize);
    this.count++;
    this.#append(node);
    return node;
  }

  /** Unlinks a node; its bytes stay until it is reused. */
  removeNode(node: number): void {
    const { i32 } = this.#memory;
    const bucket = this.#bucket(i32[(node >> 2) + 1] as number);
    let at = bucket;
    while (i32[at] !== node) at = (i32[at] as number) >> 2;
    i32[at] = i32[node >> 2] as number;
    this.#unchain(node);
    i32[node >> 2] = this.#free;
    this.#free = node;
    this.count--;
  }

  /** Makes a node the most recently used. */
  touch(node: number): void {
    if (node === this.#newest) return;
    this.#unchain(node);
    this.#append(node);
  }

  /** The node used longest ago; 0 in an empty table. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The node used next after another; 0 at the end. */
  newer(node: number): number {
    return this.#memory.i32[(node + nodeLayout.newer) >> 2] as number;
  }

  #append(node: number): void {
    const { i32 } = this.#memory;
    i32[(node + nodeLayout.older) >> 2] = this.#newest;
    i32[(node + nodeLayout.newer) >> 2] = 0;
    if (this.#newest === 0) this.#oldest = node;
    else i32[(this.#newest + nodeLayout.newer) >> 2] = node;
    this.#newest = node;
  }

  #unchain(node: number): void {
    const { i32 } = this.#memory;
    const older = i32[(node + nodeLayout.older) >> 2] as number;
    const newer = i32[(node + nodeLayout.newer) >> 2] as number;
    if (older === 0) this.#oldest = newer;
    else i32[(older + nodeLayout.newer) >> 2] = newer;
    if (newer === 0) this.#newest = older;
    else i32[(newer + nodeLayout.older) >> 2] = older;
  }

  dispose(): void {
    this.#memory.free(this.#buckets);
    this.#memory.free(this.#nodes);
  }
}
