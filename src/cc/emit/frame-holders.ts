// Which registers hold addresses of which stack objects, followed through the whole function.

import { BitSet } from './liveness.ts';
import { forEachUse } from './machine.ts';
import type { FrameObject, MachineBlock, MachineFunction, MachineInstruction } from './types.ts';

const registerCount = 11;
const callClobbered = [0, 1, 2, 3, 4, 5];

/** Objects held, by register. */
type Holders = readonly BitSet[];

/** What is found out about the addresses of stack objects. */
export interface FrameHolders {
  /** Objects whose address an instruction reads from a register. */
  readonly held: ReadonlyMap<MachineInstruction, BitSet>;
  /** Objects whose address lies in memory at some time. */
  readonly stored: BitSet;
}

/** Follows the addresses of stack objects through registers, which are the machine's. */
export function frameHolders(fn: MachineFunction): FrameHolders {
  const size = fn.frame.length;
  const index = new Map(fn.frame.map((object, i) => [object, i]));
  const none = new BitSet(size);
  const entering = new Map<MachineBlock, Holders>(
    fn.blocks.map((block) => [block, Array.from({ length: registerCount }, () => new BitSet(size))]),
  );
  const result = { held: new Map<MachineInstruction, BitSet>(), stored: new BitSet(size) };
  const work = new Set(fn.blocks);
  for (const block of work) {
    work.delete(block);
    const now = (entering.get(block) as Holders).map((set) => set.copy());
    for (const instruction of block.instructions) {
      const held = heldBy(instruction, now) ?? none;
      if (held !== none) result.held.set(instruction, held);
      noteStored(instruction, now, { held, stored: result.stored });
      update(instruction, now, { held, none, index });
    }
    for (const next of block.successors) {
      const before = entering.get(next) as Holders;
      let grew = false;
      for (const [register, set] of now.entries()) grew = (before[register] as BitSet).merge(set) || grew;
      if (grew) work.add(next);
    }
  }
  return result;
}

function heldBy(instruction: MachineInstruction, now: Holders): BitSet | undefined {
  let held: BitSet | undefined;
  forEachUse(instruction, (register) => {
    const set = now[register] as BitSet;
    if (set.isEmpty()) return;
    held ??= set.copy();
    held.merge(set);
  });
  return held;
}

/** Addresses get into memory by stores, and by functions that are given two of them. */
function noteStored(
  instruction: MachineInstruction,
  now: Holders,
  { held, stored }: { readonly held: BitSet; readonly stored: BitSet },
): void {
  const { op, src, call } = instruction;
  if ((op === 'store' || op === 'atomic') && src >= 0) stored.merge(now[src] as BitSet);
  if (op === 'call' && call?.kind !== 'helper' && held.count() > 1) stored.merge(held);
}

/** What the registers hold after an instruction. */
function update(
  { op, dst, frame, call }: MachineInstruction,
  now: Holders,
  how: { readonly held: BitSet; readonly none: BitSet; readonly index: ReadonlyMap<FrameObject, number> },
): void {
  const { held, none, index } = how;
  const set = now as BitSet[];
  if (op === 'call' || op === 'packet') {
    for (const register of callClobbered) set[register] = none;
    // A function may return an address that it was given.
    if (call?.kind === 'function') set[0] = held;
    return;
  }
  if (dst < 0) return;
  if (op === 'frame') {
    const own = none.copy();
    own.add(index.get(frame as FrameObject) as number);
    set[dst] = own;
  } else set[dst] = op === 'mov' || op === 'alu' || op === 'asm' ? held : none;
}
