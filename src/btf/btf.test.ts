import { describe, expect, test } from 'vitest';
import { FormatError, UsageError } from '../base/index.ts';
import { BtfBuilder } from './btf-builder.ts';
import { typeName } from './c-declarator.ts';
import { encodeBtf } from './encode-btf.ts';
import { alignOf, findMember, resolve, sizeOf } from './layout.ts';
import { parseBtf } from './parse-btf.ts';
import { printC } from './print-c.ts';
import { printTypeScript } from './print-typescript.ts';
import type { BtfType, TypeId } from './types.ts';

const intType = (name: string, size: number): BtfType => {
  return { kind: 'int', name, size, encoding: 'signed', bits: size * 8, bitOffset: 0 };
};

/** One of each kind, the odd ones too. */
function everyKind(): BtfBuilder {
  const btf = new BtfBuilder();
  const int = btf.add(intType('int', 4));
  const list = btf.reserve();
  const pointer = btf.add({ kind: 'ptr', type: list });
  btf.define(list, {
    kind: 'struct',
    name: 'list',
    size: 16,
    members: [
      { name: 'next', type: pointer, bitOffset: 0, bitSize: 0 },
      { name: 'few', type: int, bitOffset: 64, bitSize: 3 },
      { name: 'more', type: int, bitOffset: 67, bitSize: 29 },
    ],
  });
  const proto = btf.add({
    kind: 'funcProto',
    returnType: int,
    parameters: [
      { name: 'list', type: pointer },
      { name: '', type: 0 },
    ],
  });
  const func = btf.add({ kind: 'func', name: 'walk', type: proto, linkage: 'extern' });
  btf.add({ kind: 'typeTag', name: 'user', type: int, attribute: false });
  btf.add({ kind: 'declTag', name: 'kfunc', type: func, componentIndex: -1, attribute: false });
  btf.add({ kind: 'declTag', name: 'nonnull', type: func, componentIndex: 0, attribute: true });
  btf.add({ kind: 'fwd', name: 'elsewhere', union: true });
  btf.add({ kind: 'restrict', type: pointer });
  btf.add({ kind: 'float', name: 'double', size: 8 });
  btf.add({ kind: 'enum', name: 'e', size: 4, signed: true, values: [{ name: 'A', value: -5n }] });
  const large = { name: 'B', value: -(1n << 63n) };
  btf.add({ kind: 'enum64', name: 'e64', size: 8, signed: true, values: [large, { name: 'C', value: 5n }] });
  const variable = btf.add({ kind: 'var', name: 'v', type: int, linkage: 'static' });
  btf.add({ kind: 'datasec', name: '.data', size: 8, variables: [{ type: variable, offset: 4, size: 4 }] });
  return btf;
}

describe('builder and writer', () => {
  test.each(['little', 'big'] as const)('write every kind, %s-endian', (endian) => {
    const btf = everyKind();
    const again = parseBtf(encodeBtf(btf, { endian }));
    expect(again.length).toBe(btf.length);
    for (let id = 0; id < btf.length; id++) expect(again.type(id)).toEqual(btf.type(id));
    expect(again.find('list', 'struct')).toBe(btf.find('list', 'struct'));
    expect(again.find('walk')).toBe(btf.find('walk'));
  });

  test('give identical simple types one id, and structs ids of their own', () => {
    const btf = new BtfBuilder();
    expect(btf.add(intType('int', 4))).toBe(btf.add(intType('int', 4)));
    const struct: BtfType = { kind: 'struct', name: 's', size: 0, members: [] };
    expect(btf.add(struct)).not.toBe(btf.add(struct));
    expect(btf.findAll('s')).toEqual([2, 3]);
  });

  test('refuse what does not fit', () => {
    const btf = new BtfBuilder();
    const values = Array.from({ length: 65_536 }, (_, index) => ({ name: `v${index}`, value: BigInt(index) }));
    btf.add({ kind: 'enum', name: 'large', size: 4, signed: false, values });
    expect(() => encodeBtf(btf)).toThrow(UsageError);
    expect(() => btf.define(9, { kind: 'void' })).toThrow(UsageError);
    expect(() => btf.type(9)).toThrow(FormatError);
  });
});

describe('split BTF', () => {
  const base = parseBtf(encodeBtf(everyKind()));
  const builder = new BtfBuilder({ base });
  const list = base.find('list', 'struct') ?? 0;
  const members = [{ name: 'inner', type: list, bitOffset: 0, bitSize: 0 }];
  const outer = builder.add({ kind: 'struct', name: 'outer', size: 16, members });
  builder.add({ kind: 'struct', name: 'list', size: 16, members });
  const split = parseBtf(encodeBtf(builder), { base });

  test('continues the ids and strings of its base', () => {
    expect(split.firstId).toBe(base.length);
    expect(outer).toBe(base.length);
    expect(split.type(outer)).toMatchObject({ name: 'outer', members });
    expect(split.type(list)).toBe(base.type(list));
    expect(split.find('walk')).toBe(base.find('walk'));
    expect(findMember(split, outer, 'inner.few')).toMatchObject({ bitOffset: 64, bitSize: 3 });
  });

  test('shares the types of its base, which must have been read', () => {
    expect(builder.import(base, list)).toBe(list);
    expect(() => encodeBtf(new BtfBuilder({ base: everyKind() }))).toThrow(UsageError);
  });

  test('finds its own types first, and all of a name in order', () => {
    expect(split.find('list')).toBe(outer + 1);
    expect(split.findAll('list')).toEqual([list, outer + 1]);
  });

  test('finds enums by their enumerators, in bytes as while they are built', () => {
    const values = ['A', 'FRESH'].map((name, value) => ({ name, value: BigInt(value) }));
    const own = new BtfBuilder({ base });
    const id = own.add({ kind: 'enum', name: '', size: 4, signed: false, values });
    for (const btf of [own, parseBtf(encodeBtf(own), { base })]) {
      expect(btf.findEnumerator('A')).toBe(id);
      expect(btf.findEnumerator('FRESH')).toBe(id);
      expect(btf.findEnumerator('C')).toBe(base.find('e64', 'enum64'));
      expect(btf.findEnumerator('e64')).toBeUndefined();
    }
  });

  test('finds the offset of strings', () => {
    expect(split.string(split.stringOffset('outer') ?? 0)).toBe('outer');
    expect(split.stringOffset('walk')).toBe(base.stringOffset('walk'));
    expect(split.stringOffset('nowhere')).toBeUndefined();
  });
});

describe('malformed types', () => {
  const member = { name: 'm', type: 1, bitOffset: 0, bitSize: 0 };

  test.each<[string, BtfType]>([
    ['a typedef', { kind: 'typedef', name: 't', type: 1 }],
    ['a struct', { kind: 'struct', name: 's', size: 8, members: [member] }],
    ['an array', { kind: 'array', type: 1, indexType: 1, length: 2 }],
    ['a qualifier', { kind: 'const', type: 1 }],
  ])('%s of itself ends in a FormatError', (_, type) => {
    const btf = new BtfBuilder();
    const id = btf.define(btf.reserve(), type);
    btf.add({ kind: 'typedef', name: 'name', type: id });
    expect(() => printC(btf)).toThrow(FormatError);
    expect(() => alignOf(btf, id)).toThrow(FormatError);
    expect(() => printTypeScript(btf, [id])).toThrow(FormatError);
    if (!('name' in type)) expect(() => typeName(btf, id)).toThrow(FormatError);
  });

  test('constant arrays of each other end in a FormatError', () => {
    const btf = new BtfBuilder();
    const id = btf.reserve();
    btf.define(id, { kind: 'const', type: btf.add({ kind: 'array', type: id, indexType: 0, length: 2 }) });
    expect(() => typeName(btf, id)).toThrow(FormatError);
  });

  test('a pointer to itself cannot be named or copied', () => {
    const btf = new BtfBuilder();
    const id = btf.define(btf.reserve(), { kind: 'ptr', type: 1 });
    expect(() => typeName(btf, id)).toThrow(FormatError);
    expect(() => new BtfBuilder().import(btf, id)).toThrow(FormatError);
    expect(sizeOf(btf, id)).toBe(8);
  });

  test('exponentially many ways to the same struct end soon', () => {
    const btf = new BtfBuilder();
    let id = btf.add(intType('char', 1));
    for (let depth = 0; depth < 30; depth++) {
      const members = Array.from({ length: 8 }, () => ({ name: '', type: id, bitOffset: 0, bitSize: 0 }));
      id = btf.add({ kind: 'union', name: depth < 29 ? '' : 'outer', size: 1, members });
    }
    expect(findMember(btf, id, 'none')).toBeUndefined();
    expect(alignOf(btf, id)).toBe(1);
    expect(() => printC(btf)).toThrow(FormatError);
    let proto = btf.add({ kind: 'funcProto', returnType: 0, parameters: [] });
    for (let depth = 0; depth < 40; depth++) {
      const parameters = Array.from({ length: 4 }, () => ({ name: '', type: proto }));
      proto = btf.add({ kind: 'funcProto', returnType: proto, parameters });
    }
    expect(() => typeName(btf, proto)).toThrow(FormatError);
  });

  test.each([
    ['nothing', []],
    ['no magic number', [1, 2, 3, 4]],
    ['half a header', [0x9f, 0xeb, 1, 0, 24, 0, 0, 0]],
    ['a later version', [0x9f, 0xeb, 2, 0, 24, 0, 0, 0, ...new Array(16).fill(0)]],
    [
      'an unknown kind',
      [
        0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 31, 0, 0,
        0, 0, 0,
      ],
    ],
  ])('bytes with %s are refused', (_, bytes) => {
    expect(() => parseBtf(Uint8Array.from(bytes))).toThrow(FormatError);
  });

  test('names may not be endless', () => {
    const btf = new BtfBuilder();
    const long = 'x'.repeat(5000);
    btf.add({ kind: 'struct', name: 'y'.repeat(4000), size: 0, members: [] });
    btf.add({ kind: 'struct', name: long, size: 0, members: [] });
    const read = parseBtf(encodeBtf(btf));
    expect(read.type(1)).toMatchObject({ name: 'y'.repeat(4000) });
    expect(() => read.type(2)).toThrow(FormatError);
    expect(read.string(read.stringOffset(long) ?? 0)).toBe(long);
  });

  test('bytes at any alignment are read', () => {
    const bytes = encodeBtf(everyKind());
    for (const shift of [1, 2, 3]) {
      const moved = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
      expect(parseBtf(moved).find('list', 'struct')).toBe(2);
    }
  });
});

describe('names and layout', () => {
  const btf = everyKind();
  const int = btf.find('int') ?? 0;
  const list = btf.find('list') ?? 0;
  const array = (type: TypeId, length: number): TypeId => btf.add({ kind: 'array', type, indexType: int, length });
  const pointer = (type: TypeId): TypeId => btf.add({ kind: 'ptr', type });
  const constant = (type: TypeId): TypeId => btf.add({ kind: 'const', type });
  const proto = btf.add({ kind: 'funcProto', returnType: pointer(int), parameters: [{ name: 'x', type: int }] });

  test.each([
    ['int', int],
    ['struct list *', pointer(list)],
    ['const struct list *', pointer(constant(list))],
    ['struct list *const', constant(pointer(list))],
    ['int *const *', pointer(constant(pointer(int)))],
    ['int [3]', array(int, 3)],
    ['int [2][3]', array(array(int, 3), 2)],
    ['int *[3]', array(pointer(int), 3)],
    ['int (*)[3]', pointer(array(int, 3))],
    ['const int [3]', constant(array(int, 3))],
    ['const int [3]', constant(array(constant(int), 3))],
    ['int *const [3]', constant(array(pointer(int), 3))],
    ['int *(*)(int)', pointer(proto)],
    ['int *(*(*)[2])(int)', pointer(array(pointer(proto), 2))],
    ['void *', pointer(0)],
    ['int walk(struct list *, ...)', btf.find('walk') ?? 0],
  ])('%s', (text, id) => {
    expect(typeName(btf, id)).toBe(text);
  });

  test('sizes look through names, qualifiers and arrays', () => {
    const named = btf.add({ kind: 'typedef', name: 't', type: constant(array(list, 5)) });
    expect(sizeOf(btf, named)).toBe(80);
    expect(alignOf(btf, named)).toBe(8);
    expect(btf.type(resolve(btf, named)).kind).toBe('array');
    expect(() => sizeOf(btf, 0)).toThrow(FormatError);
    expect(() => sizeOf(btf, btf.find('elsewhere') ?? 0)).toThrow(FormatError);
    expect(() => findMember(btf, list, 'a..b')).toThrow(UsageError);
  });

  test('two structs of one name get two names in C', () => {
    const table = new BtfBuilder();
    const first = table.add({ kind: 'struct', name: 's', size: 0, members: [] });
    const members = [{ name: 'a', type: table.add({ kind: 'ptr', type: first }), bitOffset: 0, bitSize: 0 }];
    table.add({ kind: 'struct', name: 's', size: 8, members });
    expect(printC(table, undefined, { guard: '' })).toBe('struct s {};\n\nstruct s___2 {\n\tstruct s *a;\n};\n');
  });

  test('names of other languages become C', () => {
    const table = new BtfBuilder();
    table.add({ kind: 'struct', name: 'Option<core::Foo>', size: 0, members: [] });
    table.add({ kind: 'typedef', name: 'word', type: table.add(intType('i32', 4)) });
    expect(printC(table, undefined, { guard: '' })).toBe(
      'struct Option_core__Foo_ {};\n\ntypedef signed int i32;\n\ntypedef i32 word;\n',
    );
  });
});

test('TypeScript types are what the decoder gives', () => {
  const btf = everyKind();
  const int = btf.find('int') ?? 0;
  const u64 = btf.add({ kind: 'int', name: 'u64', size: 8, encoding: 'unsigned', bits: 64, bitOffset: 0 });
  const char = btf.add({ kind: 'int', name: 'char', size: 1, encoding: 'char', bits: 8, bitOffset: 0 });
  const array = (type: TypeId, length: number): TypeId => btf.add({ kind: 'array', type, indexType: int, length });
  const rows: readonly (readonly [string, TypeId])[] = [
    ['when', u64],
    ['name', array(char, 16)],
    ['words', array(array(char, 4), 2)],
    ['pair', array(u64, 2)],
    ['many', array(int, 9)],
    ['mode', btf.find('e') ?? 0],
    ['modes', array(btf.find('e64') ?? 0, 9)],
    ['list', btf.find('list') ?? 0],
    ['odd-name', int],
  ];
  let bitOffset = 0;
  const members = rows.map(([name, type]) => {
    const member = { name, type, bitOffset, bitSize: 0 };
    bitOffset += sizeOf(btf, type) * 8;
    return member;
  });
  const id = btf.add({ kind: 'struct', name: 'my_event', size: bitOffset / 8, members });
  expect(printTypeScript(btf, [id])).toBe(`export interface MyEvent {
  when: bigint;
  name: string;
  words: [string, string];
  pair: [bigint, bigint];
  many: number[];
  mode: E;
  modes: E64[];
  list: List;
  "odd-name": number;
}

export type E = 'A' | number;

export type E64 = 'B' | 'C' | bigint;

export interface List {
  next: bigint;
  few: number;
  more: number;
}
`);
});
