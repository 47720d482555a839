// The control flow of a classic program, as the printers of graphs and explanations need it.

import type { ClassicInstruction } from '../../isa/index.ts';

/** Instructions that run one after the other. */
export interface FlowBlock {
  readonly first: number;
  readonly last: number;
  /** Where it goes on: one or two instructions, none after a return. */
  readonly yes: number | undefined;
  readonly no: number | undefined;
}

function isJump({ code }: ClassicInstruction): boolean {
  return (code & 7) === 5;
}

function endsBlock({ code }: ClassicInstruction): boolean {
  return (code & 7) === 5 || (code & 7) === 6;
}

/** The blocks of a program, in order. */
export function flowBlocks(program: readonly ClassicInstruction[]): FlowBlock[] {
  const leaders = new Set([0]);
  program.forEach((instruction, index) => {
    if (!isJump(instruction)) return;
    for (const target of targets(instruction, index)) leaders.add(target);
    leaders.add(index + 1);
  });
  const blocks: FlowBlock[] = [];
  let first = 0;
  for (let at = 0; at < program.length; at++) {
    const instruction = program[at] as ClassicInstruction;
    if (!endsBlock(instruction) && !leaders.has(at + 1)) continue;
    const [yes, no] = endsBlock(instruction) ? targets(instruction, at) : [at + 1];
    blocks.push({ first, last: at, yes, no });
    first = at + 1;
  }
  return blocks;
}

/** Where a jump may lead: what it tests holds, or does not. */
function targets({ code, jt, jf, k }: ClassicInstruction, index: number): number[] {
  if ((code & 7) !== 5) return [];
  return code === 5 ? [(index + 1 + k) | 0] : [index + 1 + jt, index + 1 + jf];
}
