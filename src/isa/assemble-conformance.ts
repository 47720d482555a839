// Assembler of the mnemonic syntax that ISA conformance tests and user-space BPF machines use: `add %r0, %r1`,
// `ldxdw %r0, [%r1+8]`. Every spelling known to be in use is accepted, that of the GNU assembler too.

import type { AssembleOptions } from './assemble.ts';
import type { Assembled, Dialect } from './assembly-source.ts';
import { assembleWith, didYouMean, parseInteger, parseSigned, StatementError } from './assembly-source.ts';
import * as build from './build.ts';
import { Operands } from './conformance-operands.ts';
import type { AluOperation, AtomicOperation, ImmediateSource, JumpCondition, OperandWidth } from './ebpf-table.ts';
import { aluOperations, jumpConditions } from './ebpf-table.ts';
import type { Instruction } from './types.ts';

type Handler = (operands: Operands) => Assembled;

const one = (instruction: Instruction): Assembled => ({ instructions: [instruction] });
const sizes = { b: 8, h: 16, w: 32, dw: 64 } as const satisfies Record<string, OperandWidth>;
const sizeLetters = Object.keys(sizes) as (keyof typeof sizes)[];
const widths = [
  ['', 64],
  ['64', 64],
  ['32', 32],
] as const;

function aluHandler(operation: AluOperation, width: 32 | 64): Handler {
  return (operands) => {
    operands.expect(2);
    return one(build.alu(operation, operands.register(0), operands.source(1), width));
  };
}

function branchHandler(condition: JumpCondition, width: 32 | 64): Handler {
  return (operands) => {
    operands.expect(3);
    const branch = build.branch(condition, operands.register(0), operands.source(1), { offset: 0, width });
    return operands.target(2, 'offset', branch);
  };
}

const unary =
  (make: (register: number) => Instruction): Handler =>
  (operands): Assembled => {
    operands.expect(1);
    return one(make(operands.register(0)));
  };

function loadHandler(make: (dst: number, from: build.MemoryOperand) => Instruction): Handler {
  return (operands) => {
    operands.expect(2);
    return one(make(operands.register(0), operands.memory(1)));
  };
}

function storeHandler(make: (to: build.MemoryOperand, source: build.SourceOperand) => Instruction): Handler {
  return (operands) => {
    operands.expect(2);
    return one(make(operands.memory(0), operands.source(1)));
  };
}

function storeRegisterHandler(make: (to: build.MemoryOperand, src: number) => Instruction): Handler {
  return (operands) => {
    operands.expect(2);
    return one(make(operands.memory(0), operands.register(1)));
  };
}

const movsxHandler =
  (from: 8 | 16 | 32, width: 32 | 64): Handler =>
  (operands): Assembled => {
    operands.expect(2);
    return one(build.movsx(operands.register(0), operands.register(1), from, width));
  };

/** GNU: the number of bits is a third operand. */
const movsHandler =
  (width: 32 | 64): Handler =>
  (operands): Assembled => {
    operands.expect(3);
    const from = operands.immediate(2);
    if (![8, 16, 32].includes(from) || (from === 32 && width === 32)) {
      throw new StatementError('no-such-move', `no sign extension from ${from} to ${width} bits`, {
        part: operands.text(2),
      });
    }
    return one(build.movsx(operands.register(0), operands.register(1), from as 8, width));
  };

const byteOrders = {
  be: 'to-big-endian',
  le: 'to-little-endian',
  bswap: 'byte-swap',
  swap: 'byte-swap',
  endbe: 'to-big-endian',
  endle: 'to-little-endian',
} as const;

function byteOrderHandler(operation: (typeof byteOrders)[keyof typeof byteOrders]): Handler {
  return (operands) => {
    operands.expect(2);
    const width = operands.immediate(1);
    if (width !== 16 && width !== 32 && width !== 64) {
      throw new StatementError('no-such-swap', `no byte swap of ${width} bits`, { part: operands.text(1) });
    }
    return one(build.byteOrder(operation, operands.register(0), width));
  };
}

const atomicNames: Readonly<Record<string, AtomicOperation>> = {
  add: 'atomic-add',
  or: 'atomic-or',
  and: 'atomic-and',
  xor: 'atomic-xor',
  fetch_add: 'atomic-fetch-add',
  fetch_or: 'atomic-fetch-or',
  fetch_and: 'atomic-fetch-and',
  fetch_xor: 'atomic-fetch-xor',
  xchg: 'atomic-xchg',
  cmpxchg: 'atomic-cmpxchg',
};
const gnuAtomics: Readonly<Record<string, AtomicOperation>> = {
  aadd: 'atomic-add',
  aor: 'atomic-or',
  aand: 'atomic-and',
  axor: 'atomic-xor',
  afadd: 'atomic-fetch-add',
  afor: 'atomic-fetch-or',
  afand: 'atomic-fetch-and',
  afxor: 'atomic-fetch-xor',
  axchg: 'atomic-xchg',
  acmp: 'atomic-cmpxchg',
};

const atomicHandler = (operation: AtomicOperation, width: 32 | 64): Handler =>
  storeRegisterHandler((to, src) => build.atomic(operation, to, src, width));

const packetSizes = { b: 0x10, h: 0x08, w: 0x00 } as const;

function packetHandler(size: number, isIndirect: boolean): Handler {
  return (operands) => {
    operands.expect(isIndirect ? 2 : 1);
    const src = isIndirect ? operands.register(0) : 0;
    const opcode = (isIndirect ? 0x40 : 0x20) | size;
    return one({ opcode, dst: 0, src, offset: 0, imm: operands.immediate(isIndirect ? 1 : 0) });
  };
}

const pseudoSources: readonly (readonly [RegExp, ImmediateSource])[] = [
  [/^map_val\(\s*map_by_fd\((.+?)\)\s*\)\s*(?:\+\s*(.+))?$/, 'lddw-map-value'],
  [/^map_val\(\s*map_by_idx\((.+?)\)\s*\)\s*(?:\+\s*(.+))?$/, 'lddw-map-index-value'],
  [/^map_by_fd\((.+?)\)$/, 'lddw-map-fd'],
  [/^map_fd\s+(.+)$/, 'lddw-map-fd'],
  [/^map_by_idx\((.+?)\)$/, 'lddw-map-index'],
  [/^var_addr\((.+?)\)$/, 'lddw-btf-id'],
  [/^code_addr\((.+?)\)$/, 'lddw-function'],
];

function lddwHandler(operands: Operands): Assembled {
  operands.expect(2);
  const dst = operands.register(0);
  const text = operands.text(1);
  for (const [pattern, source] of pseudoSources) {
    const match = pattern.exec(text);
    if (!match) continue;
    const low = BigInt.asUintN(32, BigInt(parseSigned(match[1] ?? '', 32, 'immediate')));
    const high = BigInt(parseSigned(match[2] ?? '0', 32, 'offset'));
    return { instructions: build.lddw(dst, (high << 32n) | low, source) };
  }
  const value = parseInteger(text);
  if (value === undefined || value < -(1n << 63n) || value >= 1n << 64n) {
    throw new StatementError('bad-number', `"${text}" is not a 64-bit number`, { part: text });
  }
  return { instructions: build.lddw(dst, value) };
}

const callRegister = (register: number): Instruction => ({ opcode: 0x8d, dst: register, src: 0, offset: 0, imm: 0 });

/** `call 5`, `call helper 5`, `call local label`, `call kfunc 5`, `call label`, `call %r1`, `call bpf_ktime_get_ns`. */
function callHandler(operands: Operands): Assembled {
  operands.expect(1);
  if (operands.isRegister(0)) return one(callRegister(operands.register(0)));
  const [, kind, text = ''] = /^(?:(local|helper|static|kfunc|runtime)\s+)?(.+)$/.exec(operands.text(0)) ?? [];
  const inner = new Operands([text], operands.options);
  if (kind === 'local') return inner.target(0, 'imm', build.callLocal(0));
  if (kind === 'kfunc' || kind === 'runtime') return one(build.callKfunc(inner.immediate(0)));
  if (parseInteger(text) !== undefined) return one(build.callHelper(inner.immediate(0)));
  const { helperId } = operands.options;
  const helper = helperId?.(text) ?? helperId?.(text.replace(/^bpf_/, ''));
  if (helper !== undefined) return one(build.callHelper(helper));
  return inner.target(0, 'imm', build.callLocal(0));
}

function jumpHandler(field: 'offset' | 'imm', instruction: Instruction): Handler {
  return (operands) => {
    operands.expect(1);
    return operands.target(0, field, instruction);
  };
}

const long: Instruction = { opcode: 0x06, dst: 0, src: 0, offset: 0, imm: 0 };
const none =
  (instruction: Instruction): Handler =>
  (operands): Assembled => {
    operands.expect(0);
    return one(instruction);
  };

function sizedHandlers(): [string, Handler][] {
  return sizeLetters.flatMap((letter): [string, Handler][] => {
    const width = sizes[letter];
    const store = storeHandler((to, source) => build.store(to, source, width));
    const release = storeRegisterHandler((to, src) => build.storeRelease(to, src, width));
    const handlers: [string, Handler][] = [
      [`ldx${letter}`, loadHandler((dst, from) => build.load(dst, from, width))],
      [`st${letter}`, store],
      [`stx${letter}`, storeRegisterHandler((to, src) => build.store(to, build.register(src), width))],
      [`ldacq${letter}`, loadHandler((dst, from) => build.loadAcquire(dst, from, width))],
      [`load_acquire${width}`, loadHandler((dst, from) => build.loadAcquire(dst, from, width))],
      [`strel${letter}`, release],
      [`store_release${width}`, release],
    ];
    if (width === 64) return handlers;
    const signed = loadHandler((dst, from) => build.loadSigned(dst, from, width));
    for (const name of [`ldxs${letter}`, `ldsx${letter}`, `lds${letter}`, `ldx${letter}sx`, `ldxsx${letter}`])
      handlers.push([name, signed]);
    return handlers;
  });
}

function byteOrderHandlers(): [string, Handler][] {
  return Object.entries(byteOrders).flatMap(([name, operation]): [string, Handler][] => [
    [name, byteOrderHandler(operation)],
    ...([16, 32, 64] as const).map((width): [string, Handler] => [
      `${name}${width}`,
      unary((register) => build.byteOrder(operation, register, width)),
    ]),
  ]);
}

function atomicHandlers(): [string, Handler][] {
  return widths.flatMap(([suffix, width]): [string, Handler][] => [
    ...Object.entries(atomicNames).flatMap(([name, operation]): [string, Handler][] => [
      [`lock${suffix} ${name}`, atomicHandler(operation, width)],
      [`lock ${name}${suffix}`, atomicHandler(operation, width)],
    ]),
    ...Object.entries(gnuAtomics).map(([name, operation]): [string, Handler] => [
      `${name}${suffix}`,
      atomicHandler(operation, width),
    ]),
  ]);
}

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...widths.flatMap(([suffix, width]): [string, Handler][] => [
    ...aluOperations.map(({ operation }): [string, Handler] => [`${operation}${suffix}`, aluHandler(operation, width)]),
    ...jumpConditions.map(({ operation }): [string, Handler] => [
      `${operation}${suffix}`,
      branchHandler(operation, width),
    ]),
    [`neg${suffix}`, unary((register) => build.neg(register, width))],
    [`movs${suffix}`, movsHandler(width)],
  ]),
  ...([8, 16, 32] as const).flatMap((from): [string, Handler][] => [
    [`movsx${from}`, movsxHandler(from, 64)],
    ...([32, 64] as const)
      .filter((width) => width > from)
      .flatMap((width): [string, Handler][] =>
        ['', '_', 'to'].map((joint) => [`movsx${from}${joint}${width}`, movsxHandler(from, width)]),
      ),
  ]),
  ...byteOrderHandlers(),
  ...sizedHandlers(),
  ...Object.entries(packetSizes).flatMap(([letter, size]): [string, Handler][] => [
    [`ldabs${letter}`, packetHandler(size, false)],
    [`ldind${letter}`, packetHandler(size, true)],
  ]),
  ...atomicHandlers(),
  ['xaddw', atomicHandler('atomic-add', 32)],
  ['xadddw', atomicHandler('atomic-add', 64)],
  ['lddw', lddwHandler],
  ['ja', jumpHandler('offset', build.jump(0))],
  ['goto', jumpHandler('offset', build.jump(0))],
  ['ja32', jumpHandler('imm', long)],
  ['jal', jumpHandler('imm', long)],
  ['gotol', jumpHandler('imm', long)],
  ['may_goto', jumpHandler('offset', build.mayGoto(0))],
  ['call', callHandler],
  ['callx', unary(callRegister)],
  ['exit', none(build.exit())],
]);

function splitMnemonic(statement: string): [string, string] {
  // `lock fetch_add`, `lock32 fetch add`: one mnemonic of two or three words.
  const lock = /^(lock(?:32|64)?)\s+(?:(fetch)[\s_]+)?(\w+)\s*(.*)$/i.exec(statement);
  if (lock) return [`${lock[1]} ${lock[2] ? 'fetch_' : ''}${lock[3]}`.toLowerCase(), lock[4] ?? ''];
  const [, mnemonic = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(statement) ?? [];
  return [mnemonic.toLowerCase(), rest];
}

function parseStatement(statement: string, options: AssembleOptions): Assembled {
  const [mnemonic, rest] = splitMnemonic(statement);
  const handler = handlers.get(mnemonic);
  if (!handler) {
    const hint = didYouMean(mnemonic, handlers.keys());
    throw new StatementError('unknown-instruction', `no such instruction: ${mnemonic}`, { hint, part: mnemonic });
  }
  const operands = rest.trim() === '' ? [] : rest.split(',').map((operand) => operand.trim());
  return handler(new Operands(operands, options));
}

/**
 * Assembles text in the mnemonic syntax of ISA conformance tests. Labels are `name:`; comments start with `#`, `;` or `//`.
 * @throws SourceError with every fault found.
 */
export function assembleConformance(text: string, options: AssembleOptions = {}): Instruction[] {
  const dialect: Dialect = {
    comment: /(?:#|;|\/\/).*$/,
    label: /^\s*([A-Za-z_.$][\w.$-]*):/,
    parse: (statement) => parseStatement(statement, options),
  };
  return assembleWith(dialect, { name: options.name ?? '<assembly>', text });
}
