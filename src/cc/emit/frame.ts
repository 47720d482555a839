// Places the objects of the stack. Objects that are never needed at the same time share their bytes.

import type { Diagnostics } from '../diagnostics.ts';
import { frameConflicts } from './frame-conflicts.ts';
import { type Objects, objectBits } from './frame-holders.ts';
import type { FrameObject, MachineFunction } from './types.ts';

/** Bytes of stack a program has. */
export const stackLimit = 512;

/** Gives every object its offset; returns the bytes used. */
export function placeFrame(fn: MachineFunction): number {
  if (fn.frame.length === 0) return 0;
  const bits = objectBits(fn);
  const inWayOf = new Map(frameConflicts(fn).map((others, i) => [fn.frame[i] as FrameObject, others]));
  const isInWay = (a: FrameObject, b: FrameObject): boolean =>
    ((inWayOf.get(a) as Objects) & (bits.get(b) as Objects)) !== 0n;
  // Large and strictly aligned objects first: small ones fill the gaps.
  const order = fn.frame
    .filter((object) => inWayOf.get(object) !== 0n)
    .sort((a, b) => b.align - a.align || b.size - a.size);
  const placed: FrameObject[] = [];
  let depth = 0;
  for (const object of order) {
    const others = placed.filter((other) => isInWay(object, other) || isInWay(other, object));
    object.offset = firstGap(object, others);
    placed.push(object);
    depth = Math.max(depth, -object.offset);
  }
  return Math.ceil(depth / 8) * 8;
}

/** Highest place below the frame pointer that no conflicting object covers. */
function firstGap({ size, align }: FrameObject, others: readonly FrameObject[]): number {
  let start = down(-size, align);
  const blocking = (): FrameObject | undefined =>
    others.find(({ offset, size: length }) => start < offset + length && offset < start + size);
  for (let other = blocking(); other; other = blocking()) start = down(other.offset - size, align);
  return start;
}

function down(value: number, align: number): number {
  return Math.floor(value / align) * align;
}

/** Refuses a function whose stack is too deep. */
export function checkStack(fn: MachineFunction, bytes: number, diagnostics: Diagnostics): void {
  if (bytes <= stackLimit) return;
  const largest = [...fn.frame].sort((a, b) => b.size - a.size)[0];
  const what =
    largest && largest.name !== 'spill' ? `; the largest object is '${largest.name}' with ${largest.size} bytes` : '';
  diagnostics.error(
    'stack-too-large',
    `function '${fn.name}' needs ${bytes} bytes of stack, BPF has ${stackLimit}${what}`,
    fn.span,
    {
      hint: 'keep large objects in a per-CPU array map with one entry',
    },
  );
}
