// The limit on locked memory, which kernels before 5.11 charge maps and programs to and which is far too low by default.

import { kernelAtLeast, raiseMemlockLimit } from '../sys/index.ts';

let checked = false;

/** Lifts the limit once per process where it matters; does nothing where it is not allowed. */
export function liftMemlockLimit(): void {
  if (checked) return;
  checked = true;
  if (!kernelAtLeast('5.11')) raiseMemlockLimit();
}
