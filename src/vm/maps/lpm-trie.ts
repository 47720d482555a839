// Longest-prefix match (kernel/bpf/lpm_trie.c, v6.18). Keys are a 32-bit prefix length and the data, first bit first.
// One hash table of all prefixes gives the kernel's answers; look-ups go through the lengths that occur, the longest first.
//
//     lengths: | length:32 | mask, as long as the data | ...    compiled look-ups read them; a length of all ones ends them

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/machine-memory.ts';
import { HashTable, nodeLayout } from './hash-table.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, mapFlag, updateFlags } from './map-store.ts';

/** An LPM trie. */
export class LpmTrie extends MapStore {
  readonly #table: HashTable;
  readonly #scratch: Region;
  readonly #maxPrefix: number;
  readonly #lengthTable: Region;
  /** Keys per prefix length, and the lengths that occur, the longest first. */
  readonly #perLength: Uint32Array;
  #lengths: number[] = [];

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#maxPrefix = (spec.keySize - 4) * 8;
    this.#perLength = new Uint32Array(this.#maxPrefix + 1);
    this.#scratch = host.memory.allocate(`scratch of map ${spec.name}`, spec.keySize, 'none');
    // One entry more than there are lengths, for the end.
    this.#lengthTable = host.memory.allocate(
      `lengths of map ${spec.name}`,
      (this.#maxPrefix + 2) * spec.keySize,
      'none',
    );
    this.#writeLengths();
    this.#table = new HashTable(host.memory, {
      name: `map ${spec.name}`,
      keySize: spec.keySize,
      valueSize: spec.valueSize,
      maxEntries: spec.maxEntries,
      permission: (spec.flags & mapFlag.readOnlyProgram) === 0 ? 'write' : 'read',
    });
  }

  /** What compiled look-ups need. */
  get compiled(): { readonly table: HashTable; readonly lengths: number; readonly maxPrefix: number } {
    return { table: this.#table, lengths: this.#lengthTable.start, maxPrefix: this.#maxPrefix };
  }

  #writeLengths(): void {
    const { memory } = this.host;
    let at = this.#lengthTable.start;
    for (const length of this.#lengths) {
      memory.setU32(at, length);
      for (let byte = 4; byte < this.spec.keySize; byte++) {
        const bits = Math.min(8, Math.max(0, length - (byte - 4) * 8));
        memory.u8[at + byte] = 0xff00 >> bits;
      }
      at += this.spec.keySize;
    }
    memory.setU32(at, 0xffff_ffff);
  }

  /** Puts the key, cut to a length, into the scratch area. */
  #cut(key: number, length: number): number {
    const { memory } = this.host;
    const at = this.#scratch.start;
    const size = this.spec.keySize - 4;
    memory.setU32(at, length);
    const { u8 } = memory;
    const whole = length >> 3;
    u8.copyWithin(at + 4, key + 4, key + 4 + size);
    u8.fill(0, at + 4 + whole, at + 4 + size);
    const rest = length & 7;
    if (rest !== 0) u8[at + 4 + whole] = (u8[key + 4 + whole] as number) & (0xff00 >> rest);
    return at;
  }

  #prefixOf(key: number): number {
    return this.host.memory.u32(key);
  }

  #findExact(key: number): number {
    const length = this.#prefixOf(key);
    if (length > this.#maxPrefix || this.#perLength[length] === 0) return 0;
    return this.#table.find(this.#cut(key, length));
  }

  lookup(key: number): number {
    const longest = this.#prefixOf(key);
    if (longest > this.#maxPrefix) return 0;
    for (const length of this.#lengths) {
      if (length > longest) continue;
      const node = this.#table.find(this.#cut(key, length));
      if (node !== 0) return node + this.#table.valueOffset;
    }
    return 0;
  }

  update(key: number, value: number, flags: number): number {
    if (flags > updateFlags.exist) return -errno.EINVAL;
    const length = this.#prefixOf(key);
    if (length > this.#maxPrefix) return -errno.EINVAL;
    let node = this.#findExact(key);
    if (node !== 0 && flags === updateFlags.noExist) return -errno.EEXIST;
    if (node === 0) {
      if (flags === updateFlags.exist) return -errno.ENOENT;
      node = this.#table.insert(this.#cut(key, length));
      if (node === 0) return -errno.ENOSPC;
      this.#count(length, 1);
    }
    this.host.memory.u8.copyWithin(node + this.#table.valueOffset, value, value + this.spec.valueSize);
    return 0;
  }

  remove(key: number): number {
    const length = this.#prefixOf(key);
    if (length > this.#maxPrefix) return -errno.EINVAL;
    const node = this.#findExact(key);
    if (node === 0) return -errno.ENOENT;
    this.#table.removeNode(node);
    this.#count(length, -1);
    return 0;
  }

  #count(length: number, change: number): void {
    const count = (this.#perLength[length] as number) + change;
    this.#perLength[length] = count;
    const isListed = this.#lengths.includes(length);
    if (count > 0 === isListed) return;
    const others = this.#lengths.filter((other) => other !== length);
    this.#lengths = isListed ? others : [...others, length].sort((a, b) => b - a);
    this.#writeLengths();
  }

  /** The kernel's order: subtrees before the prefix that contains them, lower bits first. */
  #ordered(): number[] {
    const nodes: number[] = [];
    for (let node = this.#table.oldest; node !== 0; node = this.#table.newer(node)) nodes.push(node);
    return nodes.sort((a, b) => this.#compare(a + nodeLayout.key, b + nodeLayout.key));
  }

  #compare(a: number, b: number): number {
    const { u8 } = this.host.memory;
    const lengthA = this.#prefixOf(a);
    const lengthB = this.#prefixOf(b);
    const common = Math.min(lengthA, lengthB);
    for (let bit = 0; bit < common; bit++) {
      const at = 4 + (bit >> 3);
      const mask = 0x80 >> (bit & 7);
      const bitA = (u8[a + at] as number) & mask;
      const bitB = (u8[b + at] as number) & mask;
      if (bitA !== bitB) return bitA - bitB;
    }
    return lengthB - lengthA;
  }

  next(key: number, out: number): number {
    const nodes = this.#ordered();
    const found = key === 0 ? 0 : this.#findExact(key);
    const index = found === 0 ? 0 : nodes.indexOf(found) + 1;
    const node = nodes[index];
    if (node === undefined) return -errno.ENOENT;
    const at = node + nodeLayout.key;
    this.host.memory.u8.copyWithin(out, at, at + this.spec.keySize);
    return 0;
  }

  dispose(): void {
    this.#table.dispose();
    this.host.memory.free(this.#scratch);
    this.host.memory.free(this.#lengthTable);
  }
}
