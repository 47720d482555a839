// A program in words: what each block reads, what it tests, where it goes.

import type { ClassicInstruction } from '../../isa/index.ts';
import type { LinkType } from '../link-types/tables/link-types.ts';
import { describeNumber, fixedField, movingField } from './fields.ts';
import { type FlowBlock, flowBlocks } from './flow.ts';

const aluWords: Readonly<Record<number, string>> = {
  0: 'plus',
  16: 'minus',
  32: 'times',
  48: 'divided by',
  64: 'or',
  80: 'masked with',
  96: 'shifted left by',
  112: 'shifted right by',
  144: 'modulo',
  160: 'xor',
};
const comparisons: Readonly<Record<number, string>> = {
  16: 'is',
  32: 'is above',
  48: 'is at least',
  64: 'has any bit of',
};

/** What the registers hold, in words. */
interface Described {
  a: string;
  x: string;
}

/** Explains blocks; what A and X hold is carried to the blocks that all come from the same text. */
class Explainer {
  readonly program: readonly ClassicInstruction[];
  readonly linkType: LinkType;
  readonly arriving = new Map<number, Described>();

  constructor(program: readonly ClassicInstruction[], linkType: LinkType) {
    this.program = program;
    this.linkType = linkType;
  }

  block(block: FlowBlock): string {
    const state = { ...(this.arriving.get(block.first) ?? { a: 'A', x: 'X' }) };
    const lines: string[] = [];
    for (let at = block.first; at <= block.last; at++) {
      const line = this.instruction(this.program[at] as ClassicInstruction, at, state);
      if (line) lines.push(line);
    }
    for (const next of [block.yes, block.no]) if (next !== undefined) this.#arrive(next, state);
    return lines.join('; ');
  }

  #arrive(at: number, state: Described): void {
    const known = this.arriving.get(at);
    if (!known) this.arriving.set(at, { ...state });
    else {
      if (known.a !== state.a) known.a = 'the value loaded before';
      if (known.x !== state.x) known.x = 'the header length set before';
    }
  }

  instruction(instruction: ClassicInstruction, index: number, state: Described): string | undefined {
    const { code, k } = instruction;
    switch (code & 7) {
      case 0:
        return this.#load(code, k, state);
      case 1:
        return this.#loadX(code, k, state);
      case 2:
        return `keep ${state.a} in M[${k}]`;
      case 3:
        return `keep ${state.x} in M[${k}]`;
      case 4:
        return this.#arithmetic(code, k, state);
      case 5:
        return this.#jump(instruction, index, state);
      case 6:
        return k === 0 && code === 6
          ? 'the packet does not match'
          : `the packet matches: keep ${code === 6 ? k : state.a} bytes`;
      default:
        return this.#transfer(code, state);
    }
  }

  #load(code: number, k: number, state: Described): undefined {
    const size = (code & 0x18) === 0 ? 4 : (code & 0x18) === 8 ? 2 : 1;
    const mode = code & 0xe0;
    if (mode === 0x00) state.a = String(k);
    else if (mode === 0x60) state.a = `M[${k}]`;
    else if (mode === 0x80) state.a = 'the length of the packet';
    else state.a = `the ${mode === 0x40 ? movingField(this.linkType, k, size) : fixedField(this.linkType, k, size)}`;
    return undefined;
  }

  #loadX(code: number, k: number, state: Described): string | undefined {
    const mode = code & 0xe0;
    state.x =
      mode === 0
        ? String(k)
        : mode === 0x60
          ? `M[${k}]`
          : mode === 0x80
            ? 'the length of the packet'
            : `the header length in byte ${k}`;
    return `X becomes ${state.x}`;
  }

  #arithmetic(code: number, k: number, state: Described): undefined {
    const word = aluWords[code & 0xf0];
    state.a = word ? `${state.a} ${word} ${code & 8 ? state.x : `0x${k.toString(16)}`}` : `minus ${state.a}`;
    return undefined;
  }

  #jump({ code, jt, jf, k }: ClassicInstruction, index: number, state: Described): string {
    if (code === 5) return `go to ${(index + 1 + k) | 0}`;
    const right = code & 8 ? state.x : (code & 0xf0) === 0x40 ? `0x${k.toString(16)}` : describeNumber(state.a, k);
    return `if ${state.a} ${comparisons[code & 0xf0]} ${right}: ${this.#place(index + 1 + jt)}, else ${this.#place(index + 1 + jf)}`;
  }

  #place(index: number): string {
    const target = this.program[index];
    if (target?.code !== 6) return `go to ${index}`;
    return target.k === 0 ? 'no match' : 'match';
  }

  #transfer(code: number, state: Described): undefined {
    if ((code & 0xf8) === 0x80) state.a = state.x;
    else state.x = state.a;
    return undefined;
  }
}

/** Says in words what each block of a program tests, one line a block. */
export function explainProgram(program: readonly ClassicInstruction[], linkType: LinkType): string {
  const explainer = new Explainer(program, linkType);
  return flowBlocks(program)
    .map((block) => `${String(block.first).padStart(4)}: ${explainer.block(block)}\n`)
    .join('');
}
