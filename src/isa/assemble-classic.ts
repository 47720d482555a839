// Assembler of classic BPF: what `tcpdump -d` prints, and the syntax of the Linux assembler bpf_asm, mixed if need be.

import type { Assembled, Dialect, LabelReference } from './assembly-source.ts';
import { assembleWith, didYouMean, parseInteger, StatementError } from './assembly-source.ts';
import type { ClassicForm } from './classic-table.ts';
import { ancillaryLoads, classicTable, specialOffsets } from './classic-table.ts';
import type { ClassicInstruction } from './types.ts';

type Result = Assembled<ClassicInstruction>;
type Reference = LabelReference<ClassicInstruction>;

function unsigned32(text: string): number {
  const value = parseInteger(text);
  if (value === undefined || value < -0x8000_0000n || value > 0xffff_ffffn) {
    throw new StatementError('number-range', `"${text}" is not a 32-bit number`, { part: text });
  }
  return Number(BigInt.asUintN(32, value));
}

const ancillaryByWord: ReadonlyMap<string, number> = new Map([
  ...ancillaryLoads.flatMap(({ word, offset }): [string, number][] => (word === undefined ? [] : [[word, offset]])),
  ['vlan_pr', 48],
]);

const number = String.raw`([+-]?\s*(?:0x[0-9a-fA-F]+|\d+))`;

/** How an operand is written, and the form and `k` it stands for. The first match wins. */
const operandPatterns: readonly (readonly [RegExp, ClassicForm, ((text: string) => number)?])[] = [
  [new RegExp(`^#${number}$`), 'decimal', unsigned32],
  [new RegExp(String.raw`^\[\s*%?x\s*\+\s*${number}\s*\]$`), 'indirect', unsigned32],
  [/^\[\s*%?x\s*\]$/, 'indirect', (): number => 0],
  [new RegExp(String.raw`^\[\s*${number}\s*\]$`), 'absolute', unsigned32],
  [new RegExp(String.raw`^M\s*\[\s*${number}\s*\]$`), 'memory', unsigned32],
  [new RegExp(String.raw`^4\s*\*\s*\(\s*\[\s*${number}\s*\]\s*&\s*0xf\s*\)$`), 'header-length', unsigned32],
  [/^(?:#pktlen|#?len)$/, 'length'],
  [/^%?x$/, 'x'],
  [/^%?a$/, 'accumulator'],
  [/^$/, 'none'],
  [
    new RegExp(`^#?(${[...ancillaryByWord.keys()].join('|')})$`),
    'absolute',
    (word): number => specialOffsets.ancillary + (ancillaryByWord.get(word) ?? 0),
  ],
];

/** Forms of the table that are written like another. */
const sameText: Partial<Record<ClassicForm, readonly ClassicForm[]>> = {
  decimal: ['decimal', 'hexadecimal', 'branch-k'],
  x: ['x', 'branch-x'],
  none: ['none', 'accumulator'],
};

const aliases: Readonly<Record<string, string>> = { ldi: 'ld', ldxi: 'ldx', jmp: 'ja' };
const mnemonics = [
  ...new Set([...classicTable.map(({ mnemonic }) => mnemonic), 'ldi', 'ldxi', 'jmp', 'jne', 'jneq', 'jlt', 'jle']),
];

function encodeOperand(mnemonic: string, text: string): ClassicInstruction {
  for (const [pattern, form, parse] of operandPatterns) {
    const match = pattern.exec(text);
    if (!match) continue;
    const forms = sameText[form] ?? [form];
    const row = classicTable.find((candidate) => candidate.mnemonic === mnemonic && forms.includes(candidate.form));
    // bpf_asm writes `ldx 4*([14]&0xf)` where tcpdump has `ldxb`.
    if (!row && mnemonic === 'ldx' && form === 'header-length') return encodeOperand('ldxb', text);
    if (row) return { code: row.code, jt: 0, jf: 0, k: parse ? parse(match[1] ?? '') : 0 };
  }
  throw new StatementError('bad-operand', `${mnemonic} takes no operand "${text}"`, { part: text });
}

function branchReference(label: string, field: 'jt' | 'jf'): Reference {
  return {
    label,
    resolve(instruction, distance): ClassicInstruction {
      if (distance >= 0 && distance <= 255) return { ...instruction, [field]: distance };
      throw new StatementError('jump-range', `label "${label}" is ${distance} slots away; 0 to 255 can be reached`, {
        part: label,
      });
    },
  };
}

function jumpReference(label: string): Reference {
  return {
    label,
    resolve(instruction, distance): ClassicInstruction {
      if (distance >= 0) return { ...instruction, k: distance };
      throw new StatementError('jump-range', `label "${label}" lies before the jump`, { part: label });
    },
  };
}

/** Absolute slot numbers of tcpdump's listings, as the distance the instruction holds. */
function distanceTo(text: string, index: number, limit: number): number {
  const distance = unsigned32(text) - index - 1;
  if (distance >= 0 && distance <= limit) return distance;
  throw new StatementError('jump-range', `slot ${text} cannot be reached from slot ${index}`, { part: text });
}

const inverted: Readonly<Record<string, string>> = { jne: 'jeq', jneq: 'jeq', jlt: 'jge', jle: 'jgt' };

function parseBranch(mnemonic: string, rest: string, index: number): Result {
  const listed = /^(\S+)\s+jt\s+(\d+)\s+jf\s+(\d+)$/.exec(rest);
  if (listed) {
    const instruction = encodeOperand(mnemonic, listed[1] ?? '');
    const [jt, jf] = [distanceTo(listed[2] ?? '', index, 255), distanceTo(listed[3] ?? '', index, 255)];
    return { instructions: [{ ...instruction, jt, jf }] };
  }
  const [operand = '', onTrue, onFalse, ...more] = rest.split(',').map((part) => part.trim());
  if (onTrue === undefined || more.length > 0) {
    throw new StatementError('operands', `${mnemonic} takes an operand and one or two labels`);
  }
  const plain = inverted[mnemonic];
  if (plain !== undefined && onFalse !== undefined) throw new StatementError('operands', `${mnemonic} takes one label`);
  const references =
    plain === undefined
      ? [branchReference(onTrue, 'jt'), ...(onFalse === undefined ? [] : [branchReference(onFalse, 'jf')])]
      : [branchReference(onTrue, 'jf')];
  return { instructions: [encodeOperand(plain ?? mnemonic, operand)], references };
}

function parseJump(rest: string, index: number): Result {
  const instruction = { code: 0x05, jt: 0, jf: 0, k: 0 };
  if (parseInteger(rest) !== undefined)
    return { instructions: [{ ...instruction, k: distanceTo(rest, index, 0xffff_ffff) }] };
  return { instructions: [instruction], references: [jumpReference(rest)] };
}

function parseStatement(statement: string, index: number): Result {
  const text = statement.replace(/^\(\d+\)\s*/, '');
  const [, written = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
  const mnemonic = aliases[written] ?? written;
  if (mnemonic === 'ja') return parseJump(rest, index);
  if (mnemonic in inverted || /^j(eq|gt|ge|set)$/.test(mnemonic)) return parseBranch(mnemonic, rest, index);
  if (!mnemonics.includes(mnemonic)) {
    const hint = didYouMean(written, mnemonics);
    throw new StatementError('unknown-instruction', `no such instruction: ${written}`, { hint, part: written });
  }
  return { instructions: [encodeOperand(mnemonic, rest)] };
}

/**
 * Assembles a classic program from what `tcpdump -d` prints or from the syntax of bpf_asm (labels, `jne`, `jlt`, `jle`,
 * ancillary loads by name). Comments start with `;`.
 * @throws SourceError with every fault found.
 */
export function assembleClassic(text: string, options: { readonly name?: string } = {}): ClassicInstruction[] {
  let index = 0;
  const dialect: Dialect<ClassicInstruction> = {
    comment: /;.*$/,
    label: /^\s*([A-Za-z_]\w*):/,
    parse: (statement) => parseStatement(statement, index++),
  };
  return assembleWith(dialect, { name: options.name ?? '<assembly>', text });
}
