// CO-RE over hand-made types: what libbpf's rules say for each kind, without a compiler or a kernel.

import { describe, expect, test } from 'vitest';
import { FormatError, UnsupportedError } from '../../base/index.ts';
import type { BtfType, CoreKind, CoreRelocation } from '../../btf/index.ts';
import { BtfBuilder } from '../../btf/index.ts';
import type { Instruction } from '../../isa/index.ts';
import { alu, decode, encode, exit, lddw, lddwValue, load, mov, store } from '../../isa/index.ts';
import type { ProgramSpec } from '../types.ts';
import { essentialName } from './essential-name.ts';
import { poisonedHelper } from './patch.ts';
import { relocateCore } from './relocate.ts';

type Field = readonly [name: string, type: number, bitOffset: number, bitSize?: number];

const int: BtfType = { kind: 'int', name: 'int', size: 4, encoding: 'signed', bits: 32, bitOffset: 0 };
const uint: BtfType = { ...int, name: 'unsigned int', encoding: 'unsigned' };
const ulong: BtfType = { ...uint, name: 'unsigned long', size: 8, bits: 64 };

function struct(btf: BtfBuilder, name: string, size: number, fields: readonly Field[]): number {
  const members = fields.map(([field, type, bitOffset, bitSize = 0]) => ({ name: field, type, bitOffset, bitSize }));
  return btf.add({ kind: 'struct', name, size, members });
}

function program(code: readonly Instruction[], core: readonly CoreRelocation[]): ProgramSpec {
  return {
    name: 'p',
    section: 'xdp',
    type: 'xdp',
    attachType: undefined,
    attach: undefined,
    flags: 0,
    autoload: true,
    code: encode(code),
    functions: [{ name: 'p', start: 0, length: code.length }],
    funcInfo: [],
    lines: [],
    references: [],
    core,
  };
}

interface Question {
  readonly local: BtfBuilder;
  readonly target: BtfBuilder;
  readonly type: number;
  readonly access: string;
  readonly kind: CoreKind;
}

function relocate(code: readonly Instruction[], { local, target, type, access, kind }: Question): ProgramSpec {
  const programs = [program(code, [{ instruction: 0, type, access, kind }])];
  const [result] = relocateCore({ btf: local, programs }, { btf: target });
  expect(result?.core).toEqual([]);
  return result as ProgramSpec;
}

/** The immediate a question gives in `mov r1, imm`, where that holds `before`. */
function immediate(question: Question, before: number): number | undefined {
  const result = relocate([mov(1, before), exit()], question);
  return result.poisoned ? undefined : decode(result.code)[0]?.imm;
}

test.each([
  ['task_struct', 'task_struct'],
  ['task_struct___old', 'task_struct'],
  ['a___b___c', 'a___b'],
  ['___x', '___x'],
  ['x___', 'x___'],
  ['a____b', 'a____b'],
  ['a_____b', 'a_____b'],
  ['a___b____c', 'a'],
  ['', ''],
])('the essential name of %j is %j', (name, essential) => {
  expect(essentialName(name)).toBe(essential);
});

function tables(): { local: BtfBuilder; target: BtfBuilder; question: (kind: CoreKind, access: string) => Question } {
  const local = new BtfBuilder();
  const target = new BtfBuilder();
  const type = struct(local, 's___mine', 24, [
    ['a', local.add(uint), 0],
    ['bits', local.add(uint), 35, 5],
    ['gone', local.add(int), 64],
    ['wide', local.add(uint), 96],
    ['signed', local.add(int), 128],
  ]);
  const inner = struct(target, '', 16, [
    ['wide', target.add(ulong), 0],
    ['bits', target.add(ulong), 70, 20],
  ]);
  struct(target, 's', 64, [
    ['before', target.add(ulong), 0],
    ['', inner, 128],
    ['a', target.add(uint), 320],
    ['signed', target.add(ulong), 384],
  ]);
  return { local, target, question: (kind, access) => ({ local, target, type, access, kind }) };
}

describe('fields', () => {
  const { question } = tables();

  test('offset, size, existence, sign and shifts', () => {
    expect(immediate(question('field-byte-offset', '0:0'), 0)).toBe(40);
    expect(immediate(question('field-byte-size', '0:3'), 4)).toBe(8);
    expect(immediate(question('field-exists', '0:2'), 1)).toBe(0);
    expect(immediate(question('field-exists', '0:3'), 1)).toBe(1);
    expect(immediate(question('field-signed', '0:4'), 1)).toBe(0);
    expect(immediate(question('field-byte-offset', '0:1'), 4)).toBe(24);
    expect(immediate(question('field-lshift-u64', '0:1'), 56)).toBe(64 - 6 - 20);
    expect(immediate(question('field-rshift-u64', '0:1'), 59)).toBe(44);
  });

  test('an element of the root counts its whole size', () => {
    expect(immediate(question('field-byte-offset', '2:0'), 48)).toBe(2 * 64 + 40);
  });

  test('loads and stores of unsigned numbers change their size', () => {
    const place = { register: 2, offset: 12 };
    const loaded = decode(relocate([load(1, place, 32), exit()], question('field-byte-offset', '0:3')).code)[0];
    expect(loaded).toEqual(load(1, { register: 2, offset: 16 }, 64));
    const stored = decode(
      relocate([store(place, { register: 3 }, 32), exit()], question('field-byte-offset', '0:3')).code,
    )[0];
    expect(stored).toEqual(store({ register: 2, offset: 16 }, { register: 3 }, 64));
  });

  test('signed ones of another size are poisoned', () => {
    const result = relocate([load(1, { register: 2, offset: 16 }, 32), exit()], question('field-byte-offset', '0:4'));
    expect(decode(result.code)[0]).toMatchObject({ opcode: 0x85, imm: poisonedHelper });
  });

  test('a missing one is poisoned and named', () => {
    const result = relocate([load(1, { register: 2, offset: 8 }, 32), exit()], question('field-byte-offset', '0:2'));
    expect(result.poisoned).toEqual([{ instruction: 0, kind: 'field-byte-offset', description: 's___mine.gone' }]);
    expect(decode(result.code)[0]).toEqual({ opcode: 0x85, dst: 0, src: 0, offset: 0, imm: 195896080 });
  });

  test('both halves of a wide load are poisoned', () => {
    const result = relocate([...lddw(1, 8n), exit()], question('field-byte-offset', '0:2'));
    expect(decode(result.code).map(({ imm }) => imm)).toEqual([poisonedHelper, poisonedHelper, 0]);
  });

  test.each([
    ['another value', [mov(1, 3), exit()], '0:0', 'holds 3 where 0 is expected'],
    ['no immediate', [mov(1, { register: 2 }), exit()], '0:0', 'has no immediate'],
    ['another offset', [load(1, { register: 2, offset: 4 }, 32), exit()], '0:0', 'has offset 4'],
    ['an exit', [exit(), exit()], '0:0', 'is no load'],
    ['another size', [load(1, { register: 2, offset: 12 }, 8), exit()], '0:3', 'does not access the 4 bytes'],
  ] as const)('an instruction with %s is refused', (_, code, access, message) => {
    expect(() => relocate(code, question('field-byte-offset', access))).toThrow(FormatError);
    expect(() => relocate(code, question('field-byte-offset', access))).toThrow(message);
  });

  test.each(['', '0:', 'x', '0:9', '0:0:0', `0${':0'.repeat(70)}`, '-1'])('the access %j is refused', (access) => {
    expect(() => immediate(question('field-exists', access), 1)).toThrow(FormatError);
  });
});

test('types', () => {
  const local = new BtfBuilder();
  const target = new BtfBuilder();
  const type = struct(local, 's', 4, [['a', local.add(int), 0]]);
  const gone = struct(local, 'gone', 4, []);
  const other = local.add({ kind: 'typedef', name: 's_t', type });
  target.add(ulong);
  const found = struct(target, 's', 8, [['a', target.add(ulong), 0]]);
  const ask = (kind: CoreKind, id: number, before: number): number | undefined =>
    immediate({ local, target, type: id, access: '0', kind }, before);
  expect(ask('type-exists', type, 1)).toBe(1);
  expect(ask('type-exists', gone, 1)).toBe(0);
  expect(ask('type-exists', other, 1)).toBe(0);
  expect(ask('type-size', type, 4)).toBe(8);
  expect(ask('type-size', gone, 4)).toBe(0);
  expect(ask('type-matches', type, 1)).toBe(0);
  expect(ask('type-id-target', type, 77)).toBe(found);
  expect(ask('type-id-target', gone, 77)).toBe(0);
  expect(ask('type-id-local', gone, 77)).toBe(gone);
});

test('enumerators, wide ones too', () => {
  const local = new BtfBuilder();
  const target = new BtfBuilder();
  const small = { kind: 'enum', name: 'e', size: 4, signed: false } as const;
  const type = local.add({
    ...small,
    values: [
      { name: 'A', value: 1n },
      { name: 'B___x', value: 2n },
      { name: 'C', value: 3n },
    ],
  });
  const values = [
    { name: 'B', value: 1n << 40n },
    { name: 'A___y', value: 5n },
  ];
  target.add({ kind: 'enum64', name: 'e', size: 8, signed: false, values });
  const ask = (access: string, kind: CoreKind): Question => ({ local, target, type, access, kind });
  expect(immediate(ask('0', 'enumval-value'), 1)).toBe(5);
  expect(immediate(ask('2', 'enumval-exists'), 1)).toBe(0);
  expect(immediate(ask('2', 'enumval-value'), 3)).toBeUndefined();
  const [first, second] = decode(relocate([...lddw(1, 2n), exit()], ask('1', 'enumval-value')).code);
  expect(lddwValue(first as Instruction, second as Instruction)).toBe(1n << 40n);
});

test('candidates that differ are ambiguous, unless an earlier access told them apart', () => {
  const local = new BtfBuilder();
  const target = new BtfBuilder();
  const type = struct(local, 's', 8, [
    ['a', local.add(uint), 0],
    ['b', local.add(uint), 32],
  ]);
  struct(target, 's', 8, [
    ['a', target.add(uint), 0],
    ['b', target.add(uint), 32],
  ]);
  struct(target, 's', 16, [['a', target.add(uint), 64]]);
  const relocation = (access: string): CoreRelocation => ({ instruction: 0, type, access, kind: 'field-byte-offset' });
  const [a, b] = [relocation('0:0'), { ...relocation('0:1'), instruction: 1 }];
  const code = [mov(1, 0), mov(2, 4), exit()];
  const run = (core: readonly CoreRelocation[]): ProgramSpec[] =>
    relocateCore({ btf: local, programs: [program(code, core)] }, { btf: target });
  expect(() => run([a, b])).toThrow(/s\.a \(field-byte-offset\) is ambiguous/);
  expect(run([b, a])[0]?.poisoned).toBeUndefined();
});

test('modules are asked only for what the kernel does not have', () => {
  const local = new BtfBuilder();
  const type = struct(local, 's', 8, [['a', local.add(uint), 32]]);
  const kernel = new BtfBuilder();
  const module = new BtfBuilder({ base: kernel });
  struct(module, 's', 16, [['a', module.add(uint), 96]]);
  let asked = 0;
  const modules = (): { name: string; btf: BtfBuilder }[] => {
    asked++;
    return [{ name: 'm', btf: module }];
  };
  const programs = [program([mov(1, 4), exit()], [{ instruction: 0, type, access: '0:0', kind: 'field-byte-offset' }])];
  const [found] = relocateCore({ btf: local, programs }, { btf: kernel, modules });
  expect(decode(found?.code ?? new Uint8Array(0))[0]?.imm).toBe(12);
  expect(asked).toBe(1);
  struct(kernel, 's', 8, [['a', kernel.add(uint), 0]]);
  const [again] = relocateCore({ btf: local, programs }, { btf: kernel, modules });
  expect(decode(again?.code ?? new Uint8Array(0))[0]?.imm).toBe(0);
  expect(asked).toBe(1);
});

test('without types there is a typed error, or nothing to do', () => {
  const local = new BtfBuilder();
  const type = struct(local, 's', 8, [['a', local.add(uint), 32]]);
  const programs = [
    program([alu('add', 1, 4), exit()], [{ instruction: 0, type, access: '0:0', kind: 'field-byte-offset' }]),
  ];
  expect(() => relocateCore({ btf: local, programs }, { btf: undefined })).toThrow(UnsupportedError);
  expect(() => relocateCore({ btf: undefined, programs }, { btf: local })).toThrow(FormatError);
  const plain = [program([exit()], [])];
  expect(relocateCore({ btf: undefined, programs: plain }, { btf: undefined })).toEqual(plain);
});

test('entangled types end in an error, not in a hang', () => {
  const btf = new BtfBuilder();
  const ids = [0, 1].map(() => btf.reserve());
  const fields = (inner: number): BtfType => ({
    kind: 'struct',
    name: inner === ids[0] ? 's' : '',
    size: 8,
    members: [0, 1, 2].map((index) => ({ name: '', type: inner, bitOffset: index, bitSize: 0 })),
  });
  for (const id of ids) btf.define(id, fields(id));
  const type = struct(btf, 's', 8, [['a', btf.add(uint), 0]]);
  const programs = (kind: CoreKind, access: string): ProgramSpec[] => [
    program(
      [mov(1, 1), exit()],
      [{ instruction: 0, type: kind === 'type-matches' ? (ids[0] ?? 0) : type, access, kind }],
    ),
  ];
  expect(() => relocateCore({ btf, programs: programs('field-exists', '0:0') }, { btf })).toThrow(FormatError);
  expect(() => relocateCore({ btf, programs: programs('type-matches', '0') }, { btf })).toThrow(FormatError);
});
