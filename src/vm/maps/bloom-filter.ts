// Bloom filters (kernel/bpf/bloom_filter.c, v6.18): values may be pushed, and asked for with peek.

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, updateFlags } from './map-store.ts';

const DEFAULT_HASHES = 5;

/** A set that may answer "yes" for what it does not hold, but never "no" for what it does. */
export class BloomFilter extends MapStore {
  readonly #bits: Uint8Array;
  readonly #mask: number;
  readonly #hashes: number;

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#hashes = Number(spec.extra & 0xfn) || DEFAULT_HASHES;
    // As many bits as keep false positives low: entries * hashes / ln 2, rounded up to a power of two.
    const wanted = Math.min(2 ** 31, Math.ceil((spec.maxEntries * this.#hashes * 7) / 5));
    let bits = 64;
    while (bits < wanted) bits *= 2;
    this.#mask = bits - 1;
    this.#bits = new Uint8Array(bits / 8);
  }

  #hash(value: number, seed: number): number {
    const { u8 } = this.host.memory;
    let h = Math.imul(seed + 1, 0x9e37_79b1);
    for (let index = 0; index < this.spec.valueSize; index++) {
      h = Math.imul(h ^ (u8[value + index] as number), 0x0100_0193);
      h ^= h >>> 13;
    }
    h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
    return (h ^ (h >>> 13)) & this.#mask;
  }

  override push(value: number, flags: number): number {
    if (flags !== updateFlags.any) return -errno.EINVAL;
    for (let seed = 0; seed < this.#hashes; seed++) {
      const bit = this.#hash(value, seed);
      this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] as number) | (1 << (bit & 7));
    }
    return 0;
  }

  override peek(value: number): number {
    for (let seed = 0; seed < this.#hashes; seed++) {
      const bit = this.#hash(value, seed);
      if (((this.#bits[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return -errno.ENOENT;
    }
    return 0;
  }

  lookup(_key: number): number {
    return 0;
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.EINVAL;
  }

  remove(_key: number): number {
    return -errno.EOPNOTSUPP;
  }

  next(_key: number, _out: number): number {
    return -errno.EOPNOTSUPP;
  }

  dispose(): void {
    this.#bits.fill(0);
  }
}
