// Which registers hold addresses of which stack objects, followed through the whole function.

import { registersRead } from './machine.ts';
import type { FrameObject, MachineBlock, MachineFunction, MachineInstruction } from './types.ts';

const registerCount = 11;
const callClobbered = [0, 1, 2, 3, 4, 5];

/** Objects of a function's frame: one bit each, by their places in it. */
export type Objects = bigint;

/** The bit of each object. */
export function objectBits(fn: MachineFunction): Map<FrameObject, Objects> {
  return new Map(fn.frame.map((object, i) => [object, 1n << BigInt(i)]));
}

/** The places of objects in the frame. */
export function placesOf(objects: Objects): number[] {
  const places: number[] = [];
  let from = 0;
  for (let rest = objects; rest !== 0n; rest >>= 32n) {
    for (let word = Number(rest & 0xffffffffn) | 0; word !== 0; word &= word - 1)
      places.push(from + 31 - Math.clz32(word & -word));
    from += 32;
  }
  return places;
}

/** What is found out about the addresses of stack objects. */
export interface FrameHolders {
  /** Objects whose address an instruction reads from a register, where there are any. */
  readonly held: ReadonlyMap<MachineInstruction, Objects>;
  /** Objects whose address lies in memory at some time. */
  readonly stored: Objects;
}

/** Objects held, by register. */
type Holders = Objects[];

/** Follows the addresses of stack objects through registers, which are the machine's. */
export function frameHolders(fn: MachineFunction, bits: ReadonlyMap<FrameObject, Objects>): FrameHolders {
  const none = new Array<Objects>(registerCount).fill(0n);
  const entering = new Map<MachineBlock, Readonly<Holders>>();
  const found = new Map<MachineInstruction, Objects>();
  let stored = 0n;
  const work = new Set(fn.blocks);
  for (const block of work) {
    work.delete(block);
    const now = [...(entering.get(block) ?? none)];
    for (const instruction of block.instructions) {
      const held = heldBy(instruction, now);
      if (held !== 0n) found.set(instruction, held);
      stored |= storedBy(instruction, now, held);
      update(instruction, now, { held, bits });
    }
    for (const next of block.successors) {
      const before = entering.get(next) ?? none;
      const merged = before.map((objects, register) => objects | (now[register] as Objects));
      if (merged.every((objects, register) => objects === before[register])) continue;
      entering.set(next, merged);
      work.add(next);
    }
  }
  return { held: found, stored };
}

function heldBy(instruction: MachineInstruction, now: Holders): Objects {
  let held = 0n;
  for (const register of registersRead(instruction)) held |= now[register] as Objects;
  return held;
}

/** Addresses get into memory by stores, and by functions that are given two of them. */
function storedBy({ op, src, call }: MachineInstruction, now: Holders, held: Objects): Objects {
  if ((op === 'store' || op === 'atomic') && src >= 0) return now[src] as Objects;
  const isOne = (held & (held - 1n)) === 0n;
  return op === 'call' && call?.kind !== 'helper' && !isOne ? held : 0n;
}

/** What the registers hold after an instruction. */
function update(
  { op, dst, frame, call }: MachineInstruction,
  now: Holders,
  { held, bits }: { readonly held: Objects; readonly bits: ReadonlyMap<FrameObject, Objects> },
): void {
  if (op === 'call' || op === 'packet') {
    for (const register of callClobbered) now[register] = 0n;
    // A function may return an address that it was given.
    if (call?.kind === 'function') now[0] = held;
    return;
  }
  if (dst < 0) return;
  if (op === 'frame') now[dst] = bits.get(frame as FrameObject) as Objects;
  else now[dst] = op === 'mov' || op === 'alu' || op === 'asm' ? held : 0n;
}
