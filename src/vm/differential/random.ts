// A small seeded generator of random numbers, so that every failure can be repeated.

/** Pseudo-random numbers from a seed (mulberry32 by T. Ettinger; 32 bits of state). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 bits, unsigned. */
  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** 0 to `limit - 1`. */
  below(limit: number): number {
    return this.u32() % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** 32-bit values as they tend to hurt: small, powers of two and neighbours, extremes. */
  immediate(): number {
    switch (this.below(5)) {
      case 0:
        return this.below(16) - 8;
      case 1:
        return ((1 << this.below(32)) + this.below(3) - 1) | 0;
      case 2:
        return this.pick([0, -1, 1, 0x7fffffff, -0x80000000, 0xffff, 0xff, 0x80, 0x8000]);
      default:
        return this.u32() | 0;
    }
  }
}
