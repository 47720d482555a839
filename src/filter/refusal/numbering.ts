// Value numbers: equal numbers mean equal values, 0 means that nothing is known.

import { LD_IMM } from '../select/opcodes.ts';

export const UNKNOWN = 0;

/** What libpcap refuses when it sees through arithmetic on constants. */
export type ArithmeticFault = 'division by zero' | 'remainder of a division by zero' | 'shift by more than 31 bits';

/** Gives numbers to values by how they are made. */
export class Numbering {
  readonly #numbers = new Map<string, number>();
  readonly #constants: (number | undefined)[] = [undefined];

  /** The number of what `code` makes of two numbers or constants. */
  of(code: number, first: number, second: number): number {
    const key = `${code},${first},${second}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#constants.push(code === LD_IMM ? first : undefined);
    const number = this.#constants.length - 1;
    this.#numbers.set(key, number);
    return number;
  }

  constant(k: number): number {
    return this.of(LD_IMM, k >>> 0, 0);
  }

  /** The constant that a number stands for. */
  constantOf(number: number): number | undefined {
    return this.#constants[number];
  }
}
