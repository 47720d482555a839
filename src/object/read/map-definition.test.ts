// Definitions of maps in hand-made types: what is read, what is written again, and what is refused.

import { expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import type { BtfMember } from '../../btf/index.ts';
import { BtfBuilder } from '../../btf/index.ts';
import type { MapSpec } from '../types.ts';
import { describeMaps } from '../write/map-types.ts';
import { emptyMap, readMapDefinition } from './map-definition.ts';

const intType = { kind: 'int', name: 'int', size: 4, encoding: 'signed', bits: 32, bitOffset: 0 } as const;

class Definition {
  readonly btf = new BtfBuilder();
  readonly int = this.btf.add(intType);
  readonly #members: BtfMember[] = [];

  field(name: string, type: number): this {
    this.#members.push({ name, type, bitOffset: this.#members.length * 64, bitSize: 0 });
    return this;
  }
  uint(name: string, length: number): this {
    return this.field(name, this.pointer(this.btf.add({ kind: 'array', type: this.int, indexType: this.int, length })));
  }
  pointer(type: number): number {
    return this.btf.add({ kind: 'ptr', type });
  }
  values(element: number): this {
    return this.field('values', this.btf.add({ kind: 'array', type: element, indexType: this.int, length: 0 }));
  }
  struct(): number {
    return this.btf.add({ kind: 'struct', name: '', size: this.#members.length * 8, members: [...this.#members] });
  }
  read(): MapSpec {
    return readMapDefinition(this.btf, 'm', this.struct());
  }
}

test('numbers of 64 bits are the value of an enum', () => {
  const define = new Definition();
  const values = [{ name: 'unique', value: 0x1000_0000_0000n }];
  const wide = define.btf.add({ kind: 'enum64', name: '', size: 8, signed: false, values });
  expect(define.uint('type', 33).uint('max_entries', 10).field('map_extra', wide).read()).toMatchObject({
    type: 'arena',
    extra: 0x1000_0000_0000n,
  });
});

const refused: readonly (readonly [string, (define: Definition) => Definition, string])[] = [
  ['no type', (define): Definition => define.uint('max_entries', 1), 'has no type'],
  ['an unknown type', (define): Definition => define.uint('type', 200), 'unknown map type 200'],
  ['an unknown field', (define): Definition => define.uint('type', 1).uint('colour', 1), 'unknown field "colour"'],
  [
    'two sizes',
    (define): Definition => define.uint('key_size', 8).field('key', define.pointer(define.int)),
    'two sizes of its keys',
  ],
  ['a value of no size', (define): Definition => define.field('value', define.pointer(0)), 'has no size'],
  ['a number that is none', (define): Definition => define.field('max_entries', define.int), 'no pointer'],
  ['a pointer to no array', (define): Definition => define.field('type', define.pointer(define.int)), 'no number'],
  ['unknown pinning', (define): Definition => define.uint('type', 1).uint('pinning', 2), 'unknown pinning 2'],
  [
    'values of a hash',
    (define): Definition => define.uint('type', 1).values(define.pointer(define.int)),
    'has no "values"',
  ],
  [
    'values that are no functions',
    (define): Definition => define.uint('type', 3).values(define.pointer(define.int)),
    'no functions',
  ],
  [
    'values before others',
    (define): Definition => define.uint('type', 3).values(define.pointer(0)).uint('max_entries', 1),
    'not the last',
  ],
];

test.each(refused)('%s is refused', (_, build, message) => {
  expect(() => build(new Definition()).read()).toThrow(FormatError);
  expect(() => build(new Definition()).read()).toThrow(message);
});

test('what is no struct is refused', () => {
  const btf = new BtfBuilder();
  expect(() => readMapDefinition(btf, 'm', btf.add(intType))).toThrow('is a int, not a struct');
});

test('described maps are read as they were', () => {
  const types = new BtfBuilder();
  const key = types.add(intType);
  const inner: MapSpec = { ...emptyMap('outer.inner'), type: 'array', keySize: 4, valueSize: 100, maxEntries: 3 };
  const maps: MapSpec[] = [
    { ...emptyMap('a'), type: 'hash', keySize: 4, keyType: key, valueSize: 8, maxEntries: 0xffff_ffff, flags: 1 },
    { ...emptyMap('b'), type: 'arena', maxEntries: 100, flags: 0x400, extra: 1n << 44n, numaNode: 0 },
    { ...emptyMap('c'), type: 'hash', keySize: 4, keyType: key, valueSize: 4, valueType: key, pinning: 'by-name' },
    { ...emptyMap('outer'), type: 'array_of_maps', keySize: 4, valueSize: 4, maxEntries: 2, inner },
    { ...emptyMap('empty'), type: 'ringbuf' },
  ];
  const places = describeMaps(types, maps);
  const length = types.length;
  expect(describeMaps(types, maps)).toEqual(places);
  expect(types.length, 'what is described already is not described again').toBe(length);
  for (const map of maps) {
    const variable = types.type(types.find(map.name, 'var') ?? 0);
    expect(readMapDefinition(types, map.name, variable.kind === 'var' ? variable.type : 0)).toEqual(map);
  }
});
