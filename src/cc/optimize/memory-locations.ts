// What memory an instruction touches, and whether two accesses can meet.

import { signedValue } from '../ir/build.ts';
import type { Instruction, InstructionOf, IrFunction, Value } from '../ir/types.ts';

/** A place in memory: what the address is counted from, how far, how many bytes. */
export interface Location {
  readonly base: Value;
  readonly offset: number;
  readonly width: number;
}

/** The place a load or store accesses, constant steps gathered into the offset. */
export function locationOf(
  access: InstructionOf<'load'> | InstructionOf<'store'>,
  resolve: (value: Value) => Value = (value) => value,
): Location {
  let base = resolve(access.args[0] as Value);
  let { offset } = access;
  while (base.kind === 'instruction' && base.op === 'ptradd') {
    const step = resolve(base.args[1] as Value);
    if (step.kind !== 'constant') break;
    offset += Number(signedValue(step));
    base = resolve(base.args[0] as Value);
  }
  if (base.kind === 'symbol') {
    offset += base.offset;
  }
  return { base, offset, width: access.width };
}

/** Can two accesses meet? `same`: they are counted from the same address. `scope` tells which stack objects are private. */
export function mayOverlap(a: Location, b: Location, scope: MemoryScope | undefined): 'no' | 'maybe' | 'same' {
  const isSameBase =
    a.base === b.base || (a.base.kind === 'symbol' && b.base.kind === 'symbol' && a.base.name === b.base.name);
  if (isSameBase) return a.offset + a.width <= b.offset || b.offset + b.width <= a.offset ? 'no' : 'same';
  const [left, right] = [a.base, b.base];
  if (isObject(left) && isObject(right)) return 'no';
  if (scope && (scope.isPrivate(left) || scope.isPrivate(right))) return 'no';
  return 'maybe';
}

/** Is it an object of its own, apart from all others? */
function isObject(base: Value): boolean {
  return base.kind === 'symbol' || (base.kind === 'instruction' && base.op === 'alloca');
}

/** Which stack objects nobody but direct loads and stores can reach. */
export class MemoryScope {
  readonly #escaped = new Set<Value>();

  constructor(fn: IrFunction) {
    for (const block of fn.blocks) {
      for (const instruction of block.instructions) this.#visit(instruction);
      for (const arg of block.terminator.args) this.#escape(arg);
    }
  }

  #visit(instruction: Instruction): void {
    const { op, args } = instruction;
    for (const [i, arg] of args.entries()) {
      const isAddress =
        i === 0 && (op === 'load' || op === 'store' || (op === 'ptradd' && args[1]?.kind === 'constant'));
      if (!isAddress) this.#escape(arg);
    }
  }

  #escape(value: Value): void {
    let at = value;
    while (at.kind === 'instruction' && at.op === 'ptradd') at = at.args[0] as Value;
    if (at.kind === 'instruction' && at.op === 'alloca') this.#escaped.add(at);
  }

  isPrivate(base: Value): boolean {
    return base.kind === 'instruction' && base.op === 'alloca' && !this.#escaped.has(base);
  }
}

/** Which places an instruction may change; undefined: none. */
export function killedBy(instruction: Instruction, scope: MemoryScope): ((location: Location) => boolean) | undefined {
  switch (instruction.op) {
    case 'store': {
      if (instruction.relocation !== undefined) return (location) => !scope.isPrivate(location.base);
      const written = locationOf(instruction);
      return (location) => mayOverlap(written, location, scope) !== 'no';
    }
    case 'copy':
    case 'fill':
    case 'call':
    case 'atomic':
    case 'packet-load':
    case 'asm-goto':
      return (location) => !scope.isPrivate(location.base);
    case 'asm':
      return instruction.memory || instruction.template !== ''
        ? (location): boolean => !scope.isPrivate(location.base)
        : undefined;
    default:
      return undefined;
  }
}
