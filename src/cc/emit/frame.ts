// Places the objects of the stack. Objects that are never needed at the same time share their bytes.

import type { Diagnostics } from '../diagnostics.ts';
import { frameConflicts } from './frame-conflicts.ts';
import { placesOf } from './frame-holders.ts';
import type { FrameObject, MachineFunction } from './types.ts';

/** Bytes of stack a program has. */
export const stackLimit = 512;

/** Gives every object its offset; returns the bytes used. */
export function placeFrame(fn: MachineFunction): number {
  if (fn.frame.length === 0) return 0;
  const { frame } = fn;
  const conflicts = new Map(frameConflicts(fn).map((others, i) => [frame[i] as FrameObject, placesOf(others)]));
  // Large and strictly aligned objects first: small ones fill the gaps.
  const order = frame
    .filter((object) => conflicts.get(object)?.length !== 0)
    .sort((a, b) => b.align - a.align || b.size - a.size);
  const placed = new Set<FrameObject>();
  let depth = 0;
  for (const object of order) {
    const others = (conflicts.get(object) ?? []).map((i) => frame[i] as FrameObject);
    object.offset = firstGap(
      object,
      others.filter((other) => placed.has(other)),
    );
    placed.add(object);
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
