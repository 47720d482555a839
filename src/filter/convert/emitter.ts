// Extended instructions with labels: branches are resolved at the end.

import { UnsupportedError } from '../../base/index.ts';
import { branch, exit, type Instruction, jump } from '../../isa/index.ts';

type Source = Parameters<typeof branch>[2];
type Condition = Parameters<typeof branch>[0];

interface Fixup {
  readonly at: number;
  readonly label: number;
}

/** Collects instructions; a label is any number the caller chooses. */
export class Emitter {
  readonly code: Instruction[] = [];
  readonly #places = new Map<number, number>();
  readonly #fixups: Fixup[] = [];

  emit(...instructions: Instruction[]): void {
    this.code.push(...instructions);
  }

  /** Here is `label`. */
  place(label: number): void {
    this.#places.set(label, this.code.length);
  }

  /** Branches to `label` when the condition on the low 32 bits holds. */
  branch32(condition: Condition, dst: number, source: Source, label: number): void {
    this.#fixups.push({ at: this.code.length, label });
    this.code.push(branch(condition, dst, source, { offset: 0, width: 32 }));
  }

  /** The same on all 64 bits: for pointers. */
  branch64(condition: Condition, dst: number, source: Source, label: number): void {
    this.#fixups.push({ at: this.code.length, label });
    this.code.push(branch(condition, dst, source, { offset: 0 }));
  }

  goto(label: number): void {
    this.#fixups.push({ at: this.code.length, label });
    this.code.push(jump(0));
  }

  exit(): void {
    this.code.push(exit());
  }

  /** The finished program. @throws UnsupportedError where a branch is too far for 16 bits. */
  finish(): Instruction[] {
    for (const { at, label } of this.#fixups) {
      const offset = (this.#places.get(label) as number) - at - 1;
      if (offset > 0x7fff) throw new UnsupportedError('a filter with branches over more than 32767 instructions');
      this.code[at] = { ...(this.code[at] as Instruction), offset };
    }
    return this.code;
  }
}
