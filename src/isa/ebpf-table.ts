// Extended BPF as one table: every instruction through ISA version 4 and Linux 6.18 (RFC 9669; instruction-set.rst, v6.18).
// Everything that reads or writes instructions is derived from these rows.

/** Low three bits of an opcode. */
export const instructionClasses = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jmp: 5, jmp32: 6, alu64: 7 } as const;
/** Name of an instruction class. */
export type InstructionClass = keyof typeof instructionClasses;

/** A field of an instruction that can be an operand. `imm64` is the immediate of both slots of a 64-bit load. */
export type OperandField = 'dst' | 'src' | 'offset' | 'imm' | 'imm64';

/** Which fields carry operands, by form. Fields not named must be zero, or what the row fixes. */
export const operandForms = {
  'dst': ['dst'],
  'dst-imm': ['dst', 'imm'],
  'dst-src': ['dst', 'src'],
  'load': ['dst', 'src', 'offset'],
  'store-imm': ['dst', 'offset', 'imm'],
  'store-src': ['dst', 'src', 'offset'],
  'load-imm64': ['dst', 'imm64'],
  'packet-absolute': ['imm'],
  'packet-indirect': ['src', 'imm'],
  'jump': ['offset'],
  'jump-long': ['imm'],
  'branch-imm': ['dst', 'imm', 'offset'],
  'branch-src': ['dst', 'src', 'offset'],
  'call': ['imm'],
  'call-offset': ['imm', 'offset'],
  'call-register': ['dst'],
  'none': [],
} as const satisfies Record<string, readonly OperandField[]>;
/** Name of an operand form. */
export type OperandForm = keyof typeof operandForms;

/** Arithmetic with two operands: bits 4 to 7 of the opcode, and the operator of the kernel's syntax. */
export const aluOperations = [
  { operation: 'add', code: 0x00, operator: '+=' },
  { operation: 'sub', code: 0x10, operator: '-=' },
  { operation: 'mul', code: 0x20, operator: '*=' },
  { operation: 'div', code: 0x30, operator: '/=' },
  { operation: 'or', code: 0x40, operator: '|=' },
  { operation: 'and', code: 0x50, operator: '&=' },
  { operation: 'lsh', code: 0x60, operator: '<<=' },
  { operation: 'rsh', code: 0x70, operator: '>>=' },
  { operation: 'mod', code: 0x90, operator: '%=' },
  { operation: 'xor', code: 0xa0, operator: '^=' },
  { operation: 'mov', code: 0xb0, operator: '=' },
  { operation: 'arsh', code: 0xc0, operator: 's>>=' },
  { operation: 'sdiv', code: 0x30, operator: 's/=' },
  { operation: 'smod', code: 0x90, operator: 's%=' },
] as const;
/** Name of an arithmetic operation with two operands. */
export type AluOperation = (typeof aluOperations)[number]['operation'];

/** Conditional jumps: bits 4 to 7 of the opcode, operator, ISA version and release of the 64-bit comparison. */
export const jumpConditions = [
  { operation: 'jeq', code: 0x10, operator: '==', version: 1, since: '3.18' },
  { operation: 'jgt', code: 0x20, operator: '>', version: 1, since: '3.18' },
  { operation: 'jge', code: 0x30, operator: '>=', version: 1, since: '3.18' },
  { operation: 'jset', code: 0x40, operator: '&', version: 1, since: '3.18' },
  { operation: 'jne', code: 0x50, operator: '!=', version: 1, since: '3.18' },
  { operation: 'jsgt', code: 0x60, operator: 's>', version: 1, since: '3.18' },
  { operation: 'jsge', code: 0x70, operator: 's>=', version: 1, since: '3.18' },
  { operation: 'jlt', code: 0xa0, operator: '<', version: 2, since: '4.14' },
  { operation: 'jle', code: 0xb0, operator: '<=', version: 2, since: '4.14' },
  { operation: 'jslt', code: 0xc0, operator: 's<', version: 2, since: '4.14' },
  { operation: 'jsle', code: 0xd0, operator: 's<=', version: 2, since: '4.14' },
] as const;
/** Name of a conditional jump. */
export type JumpCondition = (typeof jumpConditions)[number]['operation'];

/** Sizes of memory accesses: bits 3 and 4 of the opcode, type names of the kernel's syntax, width in bits. */
export const accessSizes = [
  { code: 0x10, width: 8, unsigned: 'u8', signed: 's8' },
  { code: 0x08, width: 16, unsigned: 'u16', signed: 's16' },
  { code: 0x00, width: 32, unsigned: 'u32', signed: 's32' },
  { code: 0x18, width: 64, unsigned: 'u64', signed: 's64' },
] as const;
/** Width of an operand in bits. */
export type OperandWidth = 8 | 16 | 32 | 64;

/** Atomic read-modify-write operations: the immediate that selects them; `operator` for those without result. */
export const atomicOperations = [
  { operation: 'atomic-add', imm: 0x00, operator: '+=', fetch: false },
  { operation: 'atomic-or', imm: 0x40, operator: '|=', fetch: false },
  { operation: 'atomic-and', imm: 0x50, operator: '&=', fetch: false },
  { operation: 'atomic-xor', imm: 0xa0, operator: '^=', fetch: false },
  { operation: 'atomic-fetch-add', imm: 0x01, operator: 'add', fetch: true },
  { operation: 'atomic-fetch-or', imm: 0x41, operator: 'or', fetch: true },
  { operation: 'atomic-fetch-and', imm: 0x51, operator: 'and', fetch: true },
  { operation: 'atomic-fetch-xor', imm: 0xa1, operator: 'xor', fetch: true },
  { operation: 'atomic-xchg', imm: 0xe1, operator: 'xchg', fetch: true },
  { operation: 'atomic-cmpxchg', imm: 0xf1, operator: 'cmpxchg', fetch: true },
] as const;
/** Name of an atomic read-modify-write operation. */
export type AtomicOperation = (typeof atomicOperations)[number]['operation'];

/** What a 64-bit immediate load gives, by its source field. `high` says whether the second slot's immediate is an operand. */
export const immediateSources = [
  { operation: 'lddw', src: 0, high: true, since: '3.18' },
  { operation: 'lddw-map-fd', src: 1, high: false, since: '3.18' },
  { operation: 'lddw-map-value', src: 2, high: true, since: '5.2' },
  { operation: 'lddw-btf-id', src: 3, high: true, since: '5.10' },
  { operation: 'lddw-function', src: 4, high: false, since: '5.13' },
  { operation: 'lddw-map-index', src: 5, high: false, since: '5.14' },
  { operation: 'lddw-map-index-value', src: 6, high: true, since: '5.14' },
] as const;
/** Name of a 64-bit immediate load. */
export type ImmediateSource = (typeof immediateSources)[number]['operation'];

/** What an instruction does; together with the row's width and form it is the key to its meaning. */
export type Operation =
  | AluOperation
  | JumpCondition
  | AtomicOperation
  | ImmediateSource
  | 'neg'
  | 'movsx'
  | 'to-little-endian'
  | 'to-big-endian'
  | 'byte-swap'
  | 'addr-space-cast'
  | 'load'
  | 'load-signed'
  | 'store'
  | 'load-acquire'
  | 'store-release'
  | 'packet-absolute'
  | 'packet-indirect'
  | 'jump'
  | 'may-goto'
  | 'call-helper'
  | 'call-local'
  | 'call-kfunc'
  | 'call-register'
  | 'exit';

/** Conformance groups of RFC 9669, section 2.4; `linux` for what only Linux has. */
export type ConformanceGroup = 'base32' | 'base64' | 'atomic32' | 'atomic64' | 'divmul32' | 'divmul64' | 'packet' | 'linux';

/** One instruction. */
export interface EbpfRow {
  /** Unique, as in `add64-imm`. */
  readonly name: string;
  readonly opcode: number;
  readonly class: InstructionClass;
  readonly operation: Operation;
  readonly form: OperandForm;
  /**
   * Bits the operation works on: of arithmetic and comparisons 32 or 64; of memory accesses, byte swaps and sign extensions
   * the bits accessed, swapped or extended from; 0 where it has no meaning.
   */
  readonly width: OperandWidth | 0;
  /** Fields that select this row among those with the same opcode. */
  readonly fixed: { readonly src?: number; readonly offset?: number; readonly imm?: number };
  /** Of clang's `-mcpu=vN`: the first that has it. */
  readonly version: 1 | 2 | 3 | 4;
  /** First kernel release that accepts it; undefined where none does. */
  readonly since: string | undefined;
  readonly group: ConformanceGroup;
}

const fromRegister = 0x08;
const memoryModes = { imm: 0x00, abs: 0x20, ind: 0x40, mem: 0x60, memsx: 0x80, atomic: 0xc0 } as const;

type Detail = Pick<EbpfRow, 'operation' | 'form' | 'width' | 'group'> & Partial<Pick<EbpfRow, 'fixed' | 'version' | 'since'>>;

function row(name: string, instructionClass: InstructionClass, code: number, detail: Detail): EbpfRow {
  const opcode = code | instructionClasses[instructionClass];
  const { operation, form, width, fixed = {}, version = 1, group } = detail;
  const since = 'since' in detail ? detail.since : '3.18';
  return { name, opcode, class: instructionClass, operation, form, width, fixed, version, since, group };
}

const signed = { version: 4, since: '6.6' } as const;
const divisionOffset: Readonly<Record<string, number>> = { div: 0, mod: 0, mov: 0, sdiv: 1, smod: 1 };

function aluRows(width: 32 | 64): EbpfRow[] {
  const instructionClass = width === 64 ? 'alu64' : 'alu';
  return aluOperations.flatMap(({ operation, code }): EbpfRow[] => {
    const isDivMul = ['mul', 'div', 'mod', 'sdiv', 'smod'].includes(operation);
    const offset = divisionOffset[operation];
    const detail = {
      operation,
      width,
      group: isDivMul ? (`divmul${width}` as const) : (`base${width}` as const),
      fixed: offset === undefined ? {} : { offset },
      ...(offset === 1 ? signed : {}),
      ...(operation === 'arsh' && width === 32 ? { since: '5.0' } : {}),
    };
    return [
      row(`${operation}${width}-imm`, instructionClass, code, { ...detail, form: 'dst-imm', fixed: operation === 'mov' ? {} : detail.fixed }),
      row(`${operation}${width}-reg`, instructionClass, code | fromRegister, { ...detail, form: 'dst-src' }),
    ];
  });
}

function movsxRow(width: 8 | 16 | 32, target: 32 | 64): EbpfRow {
  const detail = { operation: 'movsx', form: 'dst-src', width, group: `base${target}`, fixed: { offset: width }, ...signed } as const;
  return row(`movsx${width}to${target}`, target === 64 ? 'alu64' : 'alu', 0xb0 | fromRegister, detail);
}

function byteOrderRows(width: 16 | 32 | 64): EbpfRow[] {
  const detail = { form: 'dst', width, fixed: { imm: width }, group: width === 64 ? 'base64' : 'base32' } as const;
  return [
    row(`le${width}`, 'alu', 0xd0, { ...detail, operation: 'to-little-endian' }),
    row(`be${width}`, 'alu', 0xd0 | fromRegister, { ...detail, operation: 'to-big-endian' }),
    row(`bswap${width}`, 'alu64', 0xd0, { ...detail, operation: 'byte-swap', ...signed }),
  ];
}

function branchRows(width: 32 | 64): EbpfRow[] {
  const instructionClass = width === 64 ? 'jmp' : 'jmp32';
  return jumpConditions.flatMap(({ operation, code, version, since }): EbpfRow[] => {
    const detail = {
      operation,
      width,
      group: `base${width}`,
      version: width === 64 ? version : 3,
      since: width === 64 ? since : '5.1',
    } as const;
    return [
      row(`${operation}${width}-imm`, instructionClass, code, { ...detail, form: 'branch-imm' }),
      row(`${operation}${width}-reg`, instructionClass, code | fromRegister, { ...detail, form: 'branch-src' }),
    ];
  });
}

function memoryRows(size: (typeof accessSizes)[number]): EbpfRow[] {
  const { code, width } = size;
  const detail = { width, group: width === 64 ? 'base64' : 'base32' } as const;
  const mem = code | memoryModes.mem;
  const ordered = { ...detail, group: 'linux', version: 4, since: '6.15' } as const;
  const rows = [
    row(`ldx${width}`, 'ldx', mem, { ...detail, operation: 'load', form: 'load' }),
    row(`st${width}-imm`, 'st', mem, { ...detail, operation: 'store', form: 'store-imm' }),
    row(`stx${width}`, 'stx', mem, { ...detail, operation: 'store', form: 'store-src' }),
    row(`load-acquire${width}`, 'stx', code | memoryModes.atomic, { ...ordered, operation: 'load-acquire', form: 'load', fixed: { imm: 0x100 } }),
    row(`store-release${width}`, 'stx', code | memoryModes.atomic, { ...ordered, operation: 'store-release', form: 'store-src', fixed: { imm: 0x110 } }),
  ];
  if (width === 64) return rows;
  const packet = { width, group: 'packet' } as const;
  return [
    ...rows,
    row(`ldxs${width}`, 'ldx', code | memoryModes.memsx, { ...detail, group: 'base64', operation: 'load-signed', form: 'load', ...signed }),
    row(`ldabs${width}`, 'ld', code | memoryModes.abs, { ...packet, operation: 'packet-absolute', form: 'packet-absolute' }),
    row(`ldind${width}`, 'ld', code | memoryModes.ind, { ...packet, operation: 'packet-indirect', form: 'packet-indirect' }),
  ];
}

function atomicRows(width: 32 | 64): EbpfRow[] {
  const size = width === 64 ? 0x18 : 0x00;
  return atomicOperations.map(({ operation, imm }) => {
    const age = operation === 'atomic-add' ? ({ version: 1, since: '3.18' } as const) : ({ version: 3, since: '5.12' } as const);
    const detail = { operation, width, form: 'store-src', fixed: { imm }, group: `atomic${width}`, ...age } as const;
    return row(`${operation}${width}`, 'stx', size | memoryModes.atomic, detail);
  });
}

const immediateRows = immediateSources.map(({ operation, src, since }) =>
  row(operation, 'ld', 0x18 | memoryModes.imm, { operation, form: 'load-imm64', width: 64, fixed: { src }, group: 'base64', since }),
);

const callCode = 0x80;
const controlRows: EbpfRow[] = [
  row('ja', 'jmp', 0x00, { operation: 'jump', form: 'jump', width: 0, group: 'base32' }),
  row('gotol', 'jmp32', 0x00, { operation: 'jump', form: 'jump-long', width: 0, group: 'base32', ...signed }),
  row('may-goto', 'jmp', 0xe0, { operation: 'may-goto', form: 'jump', width: 0, fixed: { src: 0 }, group: 'linux', version: 4, since: '6.9' }),
  row('call-helper', 'jmp', callCode, { operation: 'call-helper', form: 'call', width: 0, fixed: { src: 0 }, group: 'base32' }),
  row('call-local', 'jmp', callCode, { operation: 'call-local', form: 'call', width: 0, fixed: { src: 1 }, group: 'base32', since: '4.16' }),
  row('call-kfunc', 'jmp', callCode, { operation: 'call-kfunc', form: 'call-offset', width: 0, fixed: { src: 2 }, group: 'base32', since: '5.13' }),
  row('call-register', 'jmp', callCode | fromRegister, { operation: 'call-register', form: 'call-register', width: 0, group: 'linux', since: undefined }),
  row('exit', 'jmp', 0x90, { operation: 'exit', form: 'none', width: 0, group: 'base32' }),
];

const castRow = (name: string, imm: number): EbpfRow =>
  row(name, 'alu64', 0xb0 | fromRegister, {
    operation: 'addr-space-cast', form: 'dst-src', width: 64, fixed: { offset: 1, imm }, group: 'linux', version: 4, since: '6.9',
  });

/** Every instruction of extended BPF. */
export const ebpfTable: readonly EbpfRow[] = [
  ...aluRows(64),
  ...aluRows(32),
  row('neg64', 'alu64', 0x80, { operation: 'neg', form: 'dst', width: 64, group: 'base64' }),
  row('neg32', 'alu', 0x80, { operation: 'neg', form: 'dst', width: 32, group: 'base32' }),
  movsxRow(8, 64), movsxRow(16, 64), movsxRow(32, 64), movsxRow(8, 32), movsxRow(16, 32),
  ...byteOrderRows(16), ...byteOrderRows(32), ...byteOrderRows(64),
  // From address space 1 (arena) to 0 (kernel), and back; the immediate is destination << 16 | source.
  castRow('cast-to-kernel', 1),
  castRow('cast-to-user', 0x10000),
  ...branchRows(64),
  ...branchRows(32),
  ...accessSizes.flatMap(memoryRows),
  ...atomicRows(64),
  ...atomicRows(32),
  ...immediateRows,
  ...controlRows,
];
