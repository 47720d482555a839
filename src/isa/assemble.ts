// Assembler of the two C-like syntaxes: the kernel verifier's and llvm's. Both are accepted, mixed if need be.

import type { Assembled, Dialect } from './assembly-source.ts';
import {
  assembleWith,
  didYouMean,
  fieldReference,
  parseInteger,
  parseSigned,
  StatementError,
} from './assembly-source.ts';
import type { SourceOperand } from './build.ts';
import * as build from './build.ts';
import type { AluOperation, AtomicOperation, JumpCondition, OperandWidth } from './ebpf-table.ts';
import { aluOperations, atomicOperations, immediateSources, jumpConditions } from './ebpf-table.ts';
import { lddwOpcode, registerCount } from './lookup.ts';
import type { Instruction } from './types.ts';

/** What an assembly text is called in messages, and what its names mean. */
export interface AssembleOptions {
  /** Default: `<assembly>`. */
  readonly name?: string | undefined;
  /** Number of a helper by its name, with or without `bpf_`, for `call bpf_map_lookup_elem`. */
  readonly helperId?: ((name: string) => number | undefined) | undefined;
}

const wide = String.raw`([rw]\d+)`;
const number = String.raw`([+-]?\s*(?:0x[0-9a-fA-F]+|\d+))`;
const operand = String.raw`([rw]\d+|[+-]?\s*(?:0x[0-9a-fA-F]+|\d+))`;
const memory = String.raw`\(\s*(r\d+)\s*([+-]\s*(?:0x[0-9a-fA-F]+|\d+))?\s*\)`;
const typed = String.raw`\(\s*([us])(8|16|32|64)\s*\*\s*\)`;
const target = String.raw`(?:pc\s*)?([+-]\s*(?:0x[0-9a-fA-F]+|\d+)|[A-Za-z_.$][\w.$]*)(?:\s*<[^>]*>)?`;

const escapeOperator = (text: string): string => text.replace(/[|^&*+/<>=%]/g, String.raw`\$&`);
const alternatives = (texts: readonly string[]): string =>
  texts
    .toSorted((a, b) => b.length - a.length)
    .map(escapeOperator)
    .join('|');
const aluByOperator = new Map<string, AluOperation>(aluOperations.map((row) => [row.operator, row.operation]));
const conditionByOperator = new Map<string, JumpCondition>(jumpConditions.map((row) => [row.operator, row.operation]));
const plainAtomics = atomicOperations.filter(({ fetch }) => !fetch);

function registerNumber(text: string): number {
  const value = Number(text.slice(1));
  if (value < registerCount) return value;
  throw new StatementError('no-such-register', `no register ${text}`, { part: text, hint: 'registers are r0 to r10' });
}

function sourceOperand(text: string): SourceOperand {
  return /^[rw]\d/.test(text) ? build.register(registerNumber(text)) : parseSigned(text, 32, 'immediate');
}

function memoryOperand(base: string, offset: string | undefined): build.MemoryOperand {
  const register = registerNumber(base);
  return { register, offset: offset === undefined ? 0 : parseOffset(offset) };
}

function parseOffset(text: string): number {
  const value = parseInteger(text);
  if (value === undefined || value < -0x8000n || value > 0x7fffn) {
    throw new StatementError('number-range', `offset ${text} does not fit 16 bits`, { part: text });
  }
  return Number(value);
}

/** A jump whose distance is written as a number, or left to a label. */
function jumpTo(destination: string, field: 'offset' | 'imm', instruction: Instruction): Assembled {
  if (!/^[+-]/.test(destination))
    return { instructions: [instruction], references: [fieldReference(destination, field)] };
  const distance = field === 'offset' ? parseOffset(destination) : parseSigned(destination, 32, 'distance');
  return { instructions: [{ ...instruction, [field]: distance }] };
}

const one = (instruction: Instruction): Assembled => ({ instructions: [instruction] });
const wordWidth = (register: string): 32 | 64 => (register.startsWith('w') ? 32 : 64);

function sameRegister(a: string, b: string): number {
  const number = registerNumber(a);
  if (number !== registerNumber(b)) {
    throw new StatementError('different-registers', `both registers must be ${a}`, { part: b });
  }
  return number;
}

/** Groups of a match, with undefined for those that took no part. */
type Groups = readonly (string | undefined)[];
const group = (groups: Groups, index: number): string => groups[index] ?? '';

function pseudoLoad(
  dst: string,
  source: (typeof immediateSources)[number]['operation'],
  low: string,
  high = '0',
): Assembled {
  const value =
    (BigInt(parseSigned(high, 32, 'offset')) << 32n) | BigInt.asUintN(32, BigInt(parseSigned(low, 32, 'immediate')));
  return { instructions: build.lddw(registerNumber(dst), value, source) };
}

function wideImmediate(dst: string, text: string): Assembled {
  const value = parseInteger(text);
  if (value === undefined || value < -(1n << 63n) || value >= 1n << 64n) {
    throw new StatementError('number-range', `immediate ${text} does not fit 64 bits`, { part: text });
  }
  return { instructions: build.lddw(registerNumber(dst), value) };
}

function moveOrArithmetic(dst: string, operator: string, source: string): Assembled {
  const operation = aluByOperator.get(operator);
  if (!operation) throw new StatementError('unknown-operator', `no operator "${operator}"`, { part: operator });
  const width = wordWidth(dst);
  if (/^[rw]\d/.test(source) && wordWidth(source) !== width) {
    throw new StatementError('mixed-widths', `${dst} and ${source} differ in width`, { part: source });
  }
  if (!/^[rw]\d/.test(source) && operator === '=' && width === 64) {
    const value = parseInteger(source);
    if (value !== undefined && (value < -0x8000_0000n || value > 0xffff_ffffn)) {
      throw new StatementError('number-range', `immediate ${source} does not fit 32 bits`, {
        part: source,
        hint: 'write "ll" after it for a 64-bit load',
      });
    }
  }
  return one(build.alu(operation, registerNumber(dst), sourceOperand(source), width));
}

function atomicFetch(groups: Groups): Assembled {
  const [name, width, base, offset, compared, src] = groups.slice(2) as string[];
  const operation = `atomic-${name?.replace('fetch_', 'fetch-')}` as AtomicOperation;
  if ((operation === 'atomic-cmpxchg') !== (compared !== undefined)) {
    throw new StatementError('operands', 'only cmpxchg compares with r0');
  }
  return one(
    build.atomic(operation, memoryOperand(base ?? '', offset), registerNumber(src ?? ''), Number(width) as 32 | 64),
  );
}

const byteOrders = { be: 'to-big-endian', le: 'to-little-endian', bswap: 'byte-swap' } as const;
type Rule = readonly [pattern: RegExp, build: (groups: Groups, options: AssembleOptions) => Assembled];
const rule = (pattern: string, make: Rule[1]): Rule => [new RegExp(`^${pattern}$`), make];

function callTarget(text: string, options: AssembleOptions): Assembled {
  const [, name, id, module] = /^([\w-]+)(?:#(-?\d+)(?:@(-?\d+))?)?$/.exec(text) ?? [];
  if (name === undefined) throw new StatementError('bad-call', `cannot call "${text}"`, { part: text });
  if (name === 'kernel-function' && id !== undefined)
    return one(build.callKfunc(parseSigned(id, 32, 'BTF id'), parseOffset(module ?? '0')));
  if (id !== undefined) return one(build.callHelper(parseSigned(id, 32, 'helper')));
  const known = options.helperId?.(name) ?? options.helperId?.(name.replace(/^bpf_/, ''));
  if (known !== undefined) return one(build.callHelper(known));
  return { instructions: [build.callLocal(0)], references: [fieldReference(name, 'imm')] };
}

const moveRules = (): readonly Rule[] => [
  rule(`${wide} = (be|le|bswap)(16|32|64) ${wide}`, (g) =>
    one(build.byteOrder(byteOrders[g[2] as 'be'], sameRegister(group(g, 1), group(g, 4)), Number(g[3]) as 16)),
  ),
  rule(String.raw`${wide} = -\s*${wide}`, (g) =>
    one(build.neg(sameRegister(group(g, 1), group(g, 2)), wordWidth(group(g, 1)))),
  ),
  rule(String.raw`${wide} = \(\s*s(8|16|32)\s*\)\s*${wide}`, (g) => {
    const width = wordWidth(group(g, 1));
    if (width === 32 && g[2] === '32')
      throw new StatementError('no-such-move', 'there is no 32-bit move from 32 bits; write w1 = w2');
    return one(build.movsx(registerNumber(group(g, 1)), registerNumber(group(g, 3)), Number(g[2]) as 8, width));
  }),
  rule(String.raw`${wide} = addr_space_cast\(\s*${wide}\s*,\s*${number}\s*,\s*${number}\s*\)`, (g) => {
    const [to, from] = [parseSigned(group(g, 3), 16, 'address space'), parseSigned(group(g, 4), 16, 'address space')];
    if (to + from !== 1 || to * from !== 0) throw new StatementError('address-space', 'address spaces are 0 and 1');
    return one(build.addrSpaceCast(registerNumber(group(g, 1)), registerNumber(group(g, 2)), to === 0 ? 0 : 1));
  }),
  rule(`${wide} = ${number} ll`, (g) => wideImmediate(group(g, 1), group(g, 2))),
  rule(String.raw`${wide} = map\[id:${number}\]`, (g) => pseudoLoad(group(g, 1), 'lddw-map-fd', group(g, 2))),
  rule(String.raw`${wide} = map\[id:${number}\]\[0\]\+${number}`, (g) =>
    pseudoLoad(group(g, 1), 'lddw-map-value', group(g, 2), g[3]),
  ),
  rule(String.raw`${wide} = map\[idx:${number}\]`, (g) => pseudoLoad(group(g, 1), 'lddw-map-index', group(g, 2))),
  rule(String.raw`${wide} = map\[idx:${number}\]\+${number}`, (g) =>
    pseudoLoad(group(g, 1), 'lddw-map-index-value', group(g, 2), g[3]),
  ),
  rule(String.raw`${wide} = btf\[id:${number}\]\+${number}`, (g) =>
    pseudoLoad(group(g, 1), 'lddw-btf-id', group(g, 2), g[3]),
  ),
  rule(String.raw`${wide} = subprog\[${number}\]`, (g) => pseudoLoad(group(g, 1), 'lddw-function', group(g, 2))),
  rule(`ld_pseudo ${wide}, ${number}, ${number}`, (g) => {
    const source = immediateSources.find(({ src }) => src === Number(g[2]));
    if (!source) throw new StatementError('pseudo-source', `no pseudo source ${g[2]}`, { part: group(g, 2) });
    return pseudoLoad(group(g, 1), source.operation, group(g, 3));
  }),
];

const memoryRules = (): readonly Rule[] => [
  rule(
    String.raw`r0 = \*\s*\(\s*u(8|16|32)\s*\*\s*\)\s*skb\[\s*(?:(r\d+)\s*(?:\+\s*${number})?|${number})\s*\]`,
    (g) => {
      const size = { 8: 0x10, 16: 0x08, 32: 0x00 }[Number(g[1])] ?? 0;
      const imm = parseSigned(g[3] ?? g[4] ?? '0', 32, 'offset');
      return one({ opcode: (g[2] ? 0x40 : 0x20) | size, dst: 0, src: g[2] ? registerNumber(g[2]) : 0, offset: 0, imm });
    },
  ),
  rule(String.raw`${wide} = \*\s*${typed}\s*${memory}`, (g) => {
    const [dst, from] = [registerNumber(group(g, 1)), memoryOperand(group(g, 4), g[5])];
    const width = Number(g[3]) as OperandWidth;
    if (g[2] === 'u') return one(build.load(dst, from, width));
    if (width === 64)
      throw new StatementError('no-such-load', 'a 64-bit load needs no sign; write u64', { part: 's64' });
    return one(build.loadSigned(dst, from, width));
  }),
  rule(String.raw`\*\s*${typed}\s*${memory} = ${operand}`, (g) =>
    one(build.store(memoryOperand(group(g, 3), g[4]), sourceOperand(group(g, 5)), Number(g[2]) as OperandWidth)),
  ),
  rule(
    String.raw`lock \*\s*\(\s*u(32|64)\s*\*\s*\)\s*${memory} (${alternatives(plainAtomics.map(({ operator }) => operator))}) ${wide}`,
    (g) => {
      const operation = plainAtomics.find(({ operator }) => operator === g[4])?.operation ?? 'atomic-add';
      return one(
        build.atomic(operation, memoryOperand(group(g, 2), g[3]), registerNumber(group(g, 5)), Number(g[1]) as 32),
      );
    },
  ),
  rule(
    String.raw`${wide} = atomic(?:64)?_(fetch_add|fetch_or|fetch_and|fetch_xor|xchg|cmpxchg)\(\s*\(\s*u(32|64)\s*\*\s*\)\s*${memory}\s*,\s*(?:([rw]0)\s*,\s*)?${wide}\s*\)`,
    atomicExpression,
  ),
  rule(
    String.raw`${wide} = (cmp)?xchg(32_32|_64)\(\s*(r\d+)\s*([+-]\s*(?:0x[0-9a-fA-F]+|\d+))\s*,\s*(?:([rw]0)\s*,\s*)?${wide}\s*\)`,
    (g) =>
      atomicExpression([g[0], g[1], g[2] ? 'cmpxchg' : 'xchg', g[3] === '_64' ? '64' : '32', g[4], g[5], g[6], g[7]]),
  ),
  rule(String.raw`${wide} = load_acquire\(\s*\(\s*u(8|16|32|64)\s*\*\s*\)\s*${memory}\s*\)`, (g) =>
    one(build.loadAcquire(registerNumber(group(g, 1)), memoryOperand(group(g, 3), g[4]), Number(g[2]) as OperandWidth)),
  ),
  rule(String.raw`store_release\(\s*\(\s*u(8|16|32|64)\s*\*\s*\)\s*${memory}\s*,\s*${wide}\s*\)`, (g) =>
    one(
      build.storeRelease(memoryOperand(group(g, 2), g[3]), registerNumber(group(g, 4)), Number(g[1]) as OperandWidth),
    ),
  ),
];

const controlRules = (): readonly Rule[] => [
  rule(`if ${wide} (${alternatives([...conditionByOperator.keys()])}) ${operand} goto ${target}`, (g) => {
    const condition = conditionByOperator.get(group(g, 2)) ?? 'jeq';
    const width = wordWidth(group(g, 1));
    return jumpTo(
      group(g, 4),
      'offset',
      build.branch(condition, registerNumber(group(g, 1)), sourceOperand(group(g, 3)), { offset: 0, width }),
    );
  }),
  rule(`goto ${target}`, (g) => jumpTo(group(g, 1), 'offset', build.jump(0))),
  rule(`gotol ${target}`, (g) => jumpTo(group(g, 1), 'imm', { opcode: 0x06, dst: 0, src: 0, offset: 0, imm: 0 })),
  rule(`may_goto ${target}`, (g) => jumpTo(group(g, 1), 'offset', build.mayGoto(0))),
  rule(String.raw`callx (r\d+)`, (g) =>
    one({ opcode: 0x8d, dst: registerNumber(group(g, 1)), src: 0, offset: 0, imm: 0 }),
  ),
  rule(String.raw`call pc\s*([+-]\s*\d+)`, (g) => one(build.callLocal(parseSigned(group(g, 1), 32, 'distance')))),
  rule(`call ${number}`, (g) => one(build.callHelper(parseSigned(group(g, 1), 32, 'helper')))),
  rule(String.raw`call (\S+)`, (g, options) => callTarget(group(g, 1), options)),
  rule('exit', () => one(build.exit())),
];

const arithmeticRules = (): readonly Rule[] => [
  rule(`${wide} (${alternatives([...aluByOperator.keys()])}) ${operand}`, (g) =>
    moveOrArithmetic(group(g, 1), group(g, 2), group(g, 3)),
  ),
];

function atomicExpression(groups: Groups): Assembled {
  const result = registerNumber(group(groups, 1));
  const src = registerNumber(group(groups, 7));
  const expected = groups[2] === 'cmpxchg' ? 0 : src;
  if (result !== expected)
    throw new StatementError('atomic-result', `the old value is left in r${expected}`, { part: group(groups, 1) });
  return atomicFetch(groups);
}

const firstWords = ['if', 'goto', 'gotol', 'may_goto', 'call', 'callx', 'exit', 'lock', 'store_release', 'ld_pseudo'];

function unknownStatement(statement: string): StatementError {
  const word = /^[A-Za-z_]+/.exec(statement)?.[0];
  const hint = word === undefined || firstWords.includes(word) ? undefined : didYouMean(word, firstWords);
  return new StatementError('unknown-instruction', `no such instruction: ${statement}`, { hint });
}

/** What a listing puts before an instruction: slot number, raw bytes in brackets. */
const listingPrefix = /^(?:\d+:\s*)?(?:\(([0-9a-f]{2})\)\s*)?/;

function parseStatement(statement: string, options: AssembleOptions): Assembled {
  const prefix = listingPrefix.exec(statement);
  const text = statement.slice(prefix?.[0].length ?? 0).replace(/\s+/g, ' ');
  const opcode = prefix?.[1] === undefined ? undefined : Number.parseInt(prefix[1], 16);
  // The kernel's syntax tells a 64-bit load from a move by the opcode alone.
  const load = opcode === lddwOpcode ? new RegExp(`^${wide} = ${number}$`).exec(text) : null;
  const parsed = load ? wideImmediate(group(load, 1), group(load, 2)) : applyRules(text, options);
  const found = parsed.instructions[0]?.opcode;
  if (opcode !== undefined && found !== opcode) {
    throw new StatementError('opcode-mismatch', `this is opcode ${found?.toString(16)}, not ${prefix?.[1]}`);
  }
  return parsed;
}

/** What a statement can be, tried in this order; made for the first text, since few who load this ever assemble one. */
let rules: readonly Rule[] | undefined;

function applyRules(text: string, options: AssembleOptions): Assembled {
  rules ??= [...moveRules(), ...memoryRules(), ...controlRules(), ...arithmeticRules()];
  for (const [pattern, make] of rules) {
    const match = pattern.exec(text);
    if (match) return make(match, options);
  }
  throw unknownStatement(text);
}

/**
 * Assembles text in the kernel verifier's or llvm's syntax; listings of both tools are accepted as they are. Labels are
 * `name:`; comments start with `;`, `//` or `#`.
 * @throws SourceError with every fault found.
 */
export function assemble(text: string, options: AssembleOptions = {}): Instruction[] {
  const dialect: Dialect = {
    comment: /(?:;|\/\/|(?:^|\s)#).*$/,
    label: /^\s*([A-Za-z_.$][\w.$]*):(?!\w)/,
    parse: (statement) => parseStatement(statement, options),
  };
  return assembleWith(dialect, { name: options.name ?? '<assembly>', text });
}
