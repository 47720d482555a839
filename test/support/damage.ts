// Damaged copies of good input, the same ones for the same seed.

/** Numbers from 0 to below 1, by mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const interesting = [0, 1, 0x7f, 0x80, 0xff];

/** Cut off, bits flipped, bytes or words replaced: one to five faults, most in the first `head` bytes half of the time. */
export function damage(good: Uint8Array, random: () => number, head = 64): Uint8Array {
  const pick = (limit: number): number => Math.floor(random() * limit);
  if (random() < 0.15) return good.slice(0, pick(good.length));
  const bad = Uint8Array.from(good);
  for (let faults = 1 + pick(5); faults > 0; faults--) {
    const at = pick(random() < 0.5 ? Math.min(head, bad.length) : bad.length);
    const kind = pick(4);
    if (kind === 0) bad[at] = (bad[at] ?? 0) ^ (1 << pick(8));
    else if (kind === 1) bad[at] = interesting[pick(interesting.length)] ?? 0;
    else if (kind === 2) bad[at] = pick(256);
    else bad.fill(pick(2) * 0xff, at & ~3, (at & ~3) + 4);
  }
  return bad;
}
