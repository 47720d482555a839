// Copies that happen at once, put in an order.

import type { Register } from './types.ts';

/** `dst = src`. */
export interface Move {
  dst: Register;
  src: Register;
}

/** Carries out moves as if all at once, by single copies. */
export function parallelMoves(
  moves: readonly Move[],
  machine: { copy(dst: Register, src: Register): void; newRegister(): Register },
): void {
  const pending = moves.map((move) => ({ ...move }));
  while (pending.length > 0) {
    const free = pending.findIndex(({ dst }) => !pending.some((other) => other.src === dst));
    if (free >= 0) {
      const { dst, src } = pending.splice(free, 1)[0] as Move;
      machine.copy(dst, src);
      continue;
    }
    // Only cycles are left: one value steps aside.
    const first = pending[0] as Move;
    const aside = machine.newRegister();
    machine.copy(aside, first.src);
    for (const move of pending) if (move.src === first.src) move.src = aside;
  }
}
