// Stack objects and everything that is done with them: which places are read and written, which objects nobody else can reach.

import { flowGraph } from '../ir/dominators.ts';
import type { Instruction, InstructionOf, IrFunction, IrType, Value, Width } from '../ir/types.ts';

export type Alloca = InstructionOf<'alloca'>;
export type Scalar = Exclude<IrType, 'void'>;

/** A read or write of a part of an object. */
export interface Access {
  readonly offset: number;
  readonly width: Width;
  readonly type: Scalar;
  /** A constant is written: it can as well be written in parts. */
  readonly isConstant: boolean;
}

/** Where an address points: into which object, how far. */
export interface Target {
  readonly alloca: Alloca;
  readonly offset: number;
}

/** Bytes of an object. */
export interface Area {
  readonly from: number;
  readonly to: number;
}

/** Objects above this many bytes stay in memory. */
const SIZE_LIMIT = 512;

/** What a function does with its stack objects. */
export class StackObjects {
  readonly fn: IrFunction;
  readonly targets = new Map<Value, Target>();
  readonly copies: InstructionOf<'copy'>[] = [];
  readonly #escaped = new Set<Alloca>();
  readonly #accesses = new Map<Alloca, Map<string, Access>>();
  readonly #areas = new Map<Alloca, Area[]>();

  constructor(fn: IrFunction) {
    this.fn = fn;
    for (const instruction of fn.blocks[0]?.instructions ?? []) {
      if (instruction.op !== 'alloca') continue;
      this.targets.set(instruction, { alloca: instruction, offset: 0 });
      this.#accesses.set(instruction, new Map());
      this.#areas.set(instruction, []);
    }
    if (this.targets.size > 0) this.#collect();
  }

  #collect(): void {
    for (const block of flowGraph(this.fn).order) {
      for (const instruction of block.instructions) this.#use(instruction);
      for (const arg of block.terminator.args) this.#escape(arg);
    }
    // Phis of loops come before some of what they merge.
    for (const block of this.fn.blocks) {
      for (const phi of block.instructions) {
        if (phi.op !== 'phi') break;
        for (const arg of phi.args) this.#escape(arg);
      }
    }
    this.#shareCopies();
  }

  /** Objects that only loads, stores, copies and fills at known places reach. */
  promotable(): Alloca[] {
    return [...this.#accesses.keys()].filter((alloca) => !this.#escaped.has(alloca) && alloca.size <= SIZE_LIMIT);
  }

  accesses(alloca: Alloca): Access[] {
    return [...(this.#accesses.get(alloca)?.values() ?? [])];
  }

  /** What is copied or filled as a whole somewhere, so that gaps between scalars matter. */
  areas(alloca: Alloca): readonly Area[] {
    return this.#areas.get(alloca) ?? [];
  }

  #escape(value: Value | undefined): void {
    const target = value && this.targets.get(value);
    if (target) this.#escaped.add(target.alloca);
  }

  #use(instruction: Instruction): void {
    const handler = uses[instruction.op];
    if (handler) handler(this, instruction as never);
    else for (const arg of instruction.args) this.#escape(arg);
  }

  address(add: Instruction): void {
    const [base, step] = add.args as [Value, Value];
    const from = this.targets.get(base);
    if (!from) return;
    if (step.kind !== 'constant') this.#escape(base);
    else {
      const offset = from.offset + Number(BigInt.asIntN(64, step.value));
      this.targets.set(add, { alloca: from.alloca, offset });
    }
  }

  load(load: InstructionOf<'load'>): void {
    this.#access(load, load.type as Scalar, false);
  }

  store(store: InstructionOf<'store'>): void {
    const value = store.args[1] as Value;
    this.#access(store, value.type as Scalar, value.kind === 'constant' && value.type !== 'ptr');
    this.#escape(value);
  }

  #access(at: InstructionOf<'load'> | InstructionOf<'store'>, type: Scalar, isConstant: boolean): void {
    const target = this.targets.get(at.args[0] as Value);
    if (!target) return;
    const { alloca } = target;
    const offset = target.offset + at.offset;
    const isOutside = offset < 0 || offset + at.width > alloca.size;
    if (at.volatile || at.relocation !== undefined || isOutside) this.#escaped.add(alloca);
    this.#record(alloca, { offset, width: at.width, type, isConstant });
  }

  #record(alloca: Alloca, access: Access): boolean {
    const list = this.#accesses.get(alloca) as Map<string, Access>;
    const key = `${access.offset} ${access.width} ${access.type} ${access.isConstant}`;
    if (list.has(key)) return false;
    list.set(key, access);
    return true;
  }

  copy(copy: InstructionOf<'copy'>): void {
    this.copies.push(copy);
    for (const arg of copy.args) this.#area(arg, copy.size);
  }

  fill({ args, size }: InstructionOf<'fill'>): void {
    if (args[1]?.kind !== 'constant') this.#escape(args[0]);
    this.#area(args[0] as Value, size);
  }

  #area(value: Value, size: number): void {
    const target = this.targets.get(value);
    if (!target) return;
    const { alloca, offset } = target;
    if (offset < 0 || offset + size > alloca.size) this.#escaped.add(alloca);
    this.#areas.get(alloca)?.push({ from: offset, to: offset + size });
  }

  /** Objects copied one to the other are to be split alike: each is accessed where the other is. */
  #shareCopies(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const copy of this.copies) {
        const [to, from] = copy.args.map((arg) => this.targets.get(arg));
        if (!to || !from || this.#escaped.has(to.alloca) || this.#escaped.has(from.alloca)) continue;
        changed = this.#share(from, to, copy.size) || changed;
        changed = this.#share(to, from, copy.size) || changed;
      }
    }
  }

  #share(from: Target, to: Target, size: number): boolean {
    let changed = false;
    for (const access of this.accesses(from.alloca)) {
      const at = access.offset - from.offset;
      if (at < 0 || at + access.width > size) continue;
      changed = this.#record(to.alloca, { ...access, offset: to.offset + at }) || changed;
    }
    return changed;
  }
}

/** Operations by which an object is used without getting out of sight. */
const uses: Readonly<Record<string, (objects: StackObjects, instruction: never) => void>> = {
  ptradd: (objects, add: Instruction) => objects.address(add),
  load: (objects, load: InstructionOf<'load'>) => objects.load(load),
  store: (objects, store: InstructionOf<'store'>) => objects.store(store),
  copy: (objects, copy: InstructionOf<'copy'>) => objects.copy(copy),
  fill: (objects, fill: InstructionOf<'fill'>) => objects.fill(fill),
};
