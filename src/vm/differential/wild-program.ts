// Programs whose blocks jump anywhere, so that loops with several entries occur; a counter in r9 ends them.

import type { Instruction } from '../../isa/index.ts';
import { rowByName } from '../../isa/index.ts';
import { Random } from './random.ts';

function make(name: string, fields: Partial<Instruction>): Instruction {
  const row = rowByName(name);
  if (!row) throw new Error(`no instruction ${name}`);
  const { src = 0, offset = 0, imm = 0 } = row.fixed;
  return { opcode: row.opcode, dst: 0, src, offset, imm, ...fields };
}

/** `blockCount` blocks of four instructions: mix registers, count down, and jump by chance. */
export function wildProgram(seed: number, blockCount: number): Instruction[] {
  const random = new Random(seed);
  const code: Instruction[] = [make('mov64-imm', { dst: 9, imm: 40 })];
  for (let register = 0; register < 9; register++)
    code.push(make('mov64-imm', { dst: register, imm: random.u32() | 0 }));
  const blockAt = (block: number): number => 10 + block * 5;
  const exit = blockAt(blockCount);
  for (let block = 0; block < blockCount; block++) {
    const [a, b] = [random.below(9), random.below(9)];
    code.push(make(random.pick(['add64-reg', 'xor64-reg', 'mul32-reg', 'sub64-reg']), { dst: a, src: b }));
    code.push(make('sub64-imm', { dst: 9, imm: 1 }));
    code.push(make('jslt64-imm', { dst: 9, imm: 0, offset: exit - (code.length + 1) }));
    const condition = random.pick(['jset64-imm', 'jgt32-imm', 'jslt64-imm', 'jne32-imm']);
    const target = blockAt(random.below(blockCount));
    code.push(make(condition, { dst: random.below(9), imm: random.immediate(), offset: target - (code.length + 1) }));
    const next = random.oneIn(2) ? blockAt(random.below(blockCount)) : blockAt(block + 1);
    code.push(make('ja', { offset: next - (code.length + 1) }));
  }
  for (let register = 1; register < 9; register++) code.push(make('xor64-reg', { dst: 0, src: register }));
  code.push(make('exit', {}));
  return code;
}
