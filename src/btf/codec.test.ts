import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueError } from '../base/index.ts';
import { BtfBuilder } from './btf-builder.ts';
import { decoder } from './decoder.ts';
import { encoder } from './encoder.ts';
import { sizeOf } from './layout.ts';
import type { BtfMember, IntEncoding, TypeId } from './types.ts';

function int(btf: BtfBuilder, name: string, size: number, encoding: IntEncoding): TypeId {
  return btf.add({ kind: 'int', name, size, encoding, bits: size * 8, bitOffset: 0 });
}

function eventTypes(): { btf: BtfBuilder; event: TypeId } {
  const btf = new BtfBuilder();
  const u32 = int(btf, 'unsigned int', 4, 'unsigned');
  const u64 = int(btf, 'unsigned long', 8, 'unsigned');
  const s8 = int(btf, 'signed char', 1, 'signed');
  const char = int(btf, 'char', 1, 'signed');
  const bool = int(btf, '_Bool', 1, 'bool');
  const mode = btf.add({
    kind: 'enum',
    name: 'mode',
    size: 4,
    signed: true,
    values: [
      { name: 'OFF', value: 0n },
      { name: 'ALSO_OFF', value: 0n },
      { name: 'NEGATIVE', value: -2n },
    ],
  });
  const huge = btf.add({
    kind: 'enum64',
    name: '',
    size: 8,
    signed: false,
    values: [{ name: 'HUGE', value: 1n << 40n }],
  });
  const hugeName = btf.add({ kind: 'typedef', name: 'huge_t', type: huge });
  const array = (type: TypeId, length: number): TypeId => btf.add({ kind: 'array', type, indexType: u32, length });
  const argument = btf.add({
    kind: 'struct',
    name: 'argument',
    size: 16,
    members: members([
      ['pid', u64, 0],
      ['mode', mode, 64],
      ['low', u32, 96, 3],
      ['mid', s8, 99, 5],
      ['on', bool, 104, 1],
    ]),
  });
  const either = btf.add({
    kind: 'union',
    name: '',
    size: 8,
    members: members([
      ['wide', u64, 0],
      ['text', array(char, 6), 0],
    ]),
  });
  const event = btf.add({
    kind: 'struct',
    name: 'event',
    size: 96,
    members: members([
      ['args', array(argument, 3), 0],
      ['', either, 384],
      ['comm', array(char, 16), 448],
      ['bytes', array(s8, 4), 576],
      ['on', bool, 608],
      ['huge', hugeName, 640],
      ['next', btf.add({ kind: 'ptr', type: 0 }), 704],
    ]),
  });
  return { btf, event };
}

function members(rows: readonly (readonly [string, TypeId, number, number?])[]): BtfMember[] {
  return rows.map(([name, type, bitOffset, bitSize = 0]) => ({ name, type, bitOffset, bitSize }));
}

const { btf, event } = eventTypes();
const argument = { pid: 5n, mode: 'NEGATIVE', low: 7, mid: -16, on: true };
const nothing = { pid: 0n, mode: 'OFF', low: 0, mid: 0, on: false };
const value = {
  args: [argument, nothing, { ...nothing, mode: 77 }],
  wide: 0x6968n,
  text: 'hi',
  comm: 'naïve €',
  bytes: [1, -1, 127, -128],
  on: true,
  huge: 'HUGE',
  next: 0xffff_8880_0000_0001n,
};

function encode(what: unknown, endian: 'little' | 'big' = 'little'): DataView {
  const view = new DataView(new ArrayBuffer(sizeOf(btf, event) + 8));
  encoder(btf, event, { endian, name: 'event' })(what, view, 8);
  return view;
}

describe.each([true, false])('decoder, code generation %s', (generate) => {
  test('gives objects, names, strings and bigints', () => {
    expect(decoder(btf, event, { generate })(encode(value), 8)).toEqual(value);
  });

  test('reads the other byte order', () => {
    const view = encode({ ...value, text: undefined }, 'big');
    expect(decoder(btf, event, { generate, endian: 'big' })(view, 8)).toEqual({ ...value, text: '' });
    expect(view.getBigUint64(8)).toBe(5n);
    // The first bit-field of a big-endian machine has the highest bits.
    expect(view.getUint8(8 + 12)).toBe((7 << 5) | 16);
  });

  test('refuses what is cut off', () => {
    const decode = decoder(btf, event, { generate });
    expect(() => decode(encode(value), 9)).toThrow(/96 bytes needed, 95 there/);
    expect(() => decode(encode(value), -1)).toThrow(/needed/);
  });

  test('keeps hostile names harmless', () => {
    const table = new BtfBuilder();
    const u8 = int(table, 'u8', 1, 'unsigned');
    const names = ['__proto__', 'constructor', '"]: 1, [(() => { throw 1 })()', "'", '\\', '\u2028', '`$x`'];
    const rows = names.map((name, index) => [name, u8, index * 8] as const);
    const id = table.add({ kind: 'struct', name: 'x', size: names.length, members: members(rows) });
    const result = decoder(table, id, { generate })(new DataView(Uint8Array.from(names.keys()).buffer), 0) as object;
    expect(Object.entries(result)).toEqual(names.map((name, index) => [name, index]));
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });
});

describe('encoder', () => {
  test.each([
    [{ args: [argument, argument, { pid: '7' }] }, 'event.args[2].pid: expected a bigint or integer, got string'],
    [{ args: [argument] }, 'event.args: expected 3 elements, got 1'],
    [{ args: 'no' }, 'event.args: expected an array of 3, got string'],
    [{ args: [{}, {}, { pid: -1 }] }, 'event.args[2].pid: -1 is outside 0 .. 18446744073709551615'],
    [{ args: [{}, {}, { low: 8 }] }, 'event.args[2].low: 8 is outside 0 .. 7'],
    [{ args: [{}, {}, { mid: -17n }] }, 'event.args[2].mid: -17 is outside -16 .. 15'],
    [{ args: [{}, {}, { pid: 2 ** 60 }] }, /not exact/],
    [{ comm: 'seventeen letters' }, 'event.comm: a string of 17 bytes does not fit into 16'],
    [{ comm: 'a\0b' }, 'event.comm: a string cannot hold NUL'],
    [{ comm: null }, 'event.comm: expected a string, got null'],
    [{ on: 1 }, 'event.on: expected a boolean, got number'],
    [{ huge: 'HUG' }, 'event.huge: no enumerator "HUG"'],
    [{ next: 1.5 }, 'event.next: expected a bigint or integer, got 1.5'],
    [{ com: 'x' }, 'event.com: no such member in event'],
    [[], 'event: expected an object (event) { args, wide, text, ... }, got array'],
  ])('refuses %o', (bad, message) => {
    expect(() => encode(bad)).toThrow(ValueError);
    expect(() => encode(bad)).toThrow(message);
  });

  test('says what was meant', () => {
    const hint = (bad: unknown): string | undefined => {
      try {
        encode(bad);
      } catch (error) {
        return (error as ValueError).hint;
      }
      return undefined;
    };
    expect(hint({ com: 'x' })).toBe('did you mean "comm"?');
    expect(hint({ args: [{ mode: 'NEGATIV' }, {}, {}] })).toBe('did you mean "NEGATIVE"?');
  });

  test('leaves out what is left out', () => {
    const view = new DataView(new Uint8Array(96).fill(0xff).buffer);
    encoder(btf, event)({ comm: 'x' }, view);
    const bytes = new Uint8Array(view.buffer);
    expect(bytes.reduce((sum, byte) => sum + byte, 0)).toBe('x'.charCodeAt(0));
  });

  test('takes numbers for any integer, and names or numbers for enums', () => {
    const view = encode({ next: 5, wide: 6, huge: 7n, args: [{ mode: 'ALSO_OFF', pid: 3 }, { mode: -2 }, {}] });
    expect(decoder(btf, event)(view, 8)).toMatchObject({
      next: 5n,
      wide: 6n,
      huge: 7n,
      args: [{ mode: 'OFF' }, { mode: 'NEGATIVE' }, {}],
    });
  });

  test('refuses a buffer that is too small', () => {
    expect(() => encoder(btf, event)({}, new DataView(new ArrayBuffer(95)))).toThrow(ValueError);
  });
});

/** A random type and a way to make values of it. */
type Made = { readonly id: TypeId; readonly size: number; readonly values: fc.Arbitrary<unknown> };

const integers = [
  [1, 'unsigned', fc.integer({ min: 0, max: 255 })],
  [1, 'signed', fc.integer({ min: -128, max: 127 })],
  [2, 'unsigned', fc.integer({ min: 0, max: 65535 })],
  [2, 'signed', fc.integer({ min: -32768, max: 32767 })],
  [4, 'unsigned', fc.integer({ min: 0, max: 2 ** 32 - 1 })],
  [4, 'signed', fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })],
  [8, 'unsigned', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
  [8, 'signed', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  [16, 'unsigned', fc.bigInt({ min: 0n, max: 2n ** 128n - 1n })],
  [16, 'signed', fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n })],
  [1, 'bool', fc.boolean()],
] as const;

function madeType(table: BtfBuilder, depth: number): fc.Arbitrary<Made> {
  const scalar = fc.constantFrom(...integers).map(([size, encoding, values]): Made => {
    return { id: int(table, `${encoding}${size}`, size, encoding), size, values };
  });
  const text = fc.integer({ min: 1, max: 100 }).map((length): Made => {
    const type = int(table, 'char', 1, 'char');
    const id = table.add({ kind: 'array', type, indexType: type, length });
    const letters = fc.string({ maxLength: length, unit: 'grapheme-ascii' });
    const values = fc.oneof(letters, fc.string({ maxLength: length, unit: 'binary' }).map(fitting(length)));
    return { id, size: length, values };
  });
  const real = fc.constant<Made>({
    id: table.add({ kind: 'float', name: 'double', size: 8 }),
    size: 8,
    values: fc.double(),
  });
  if (depth === 0) return fc.oneof(scalar, text, real);
  const inner = madeType(table, depth - 1);
  const list = fc.tuple(inner, fc.integer({ min: 0, max: 5 })).map(([element, length]): Made => {
    const id = table.add({ kind: 'array', type: element.id, indexType: element.id, length });
    const values = fc.array(element.values, { minLength: length, maxLength: length });
    const isText =
      table.type(element.id).kind === 'int' && (table.type(element.id) as { name: string }).name === 'char';
    return { id, size: element.size * length, values: isText ? fc.constant('') : values };
  });
  const struct = fc.array(fc.tuple(inner, fc.integer({ min: 0, max: 9 })), { maxLength: 6 }).map((rows): Made => {
    let size = 0;
    const placed = rows.map(([{ id, size: memberSize }, gap], index) => {
      const bitOffset = (size + gap) * 8;
      size += gap + memberSize;
      return { name: `m${index}`, type: id, bitOffset, bitSize: 0 };
    });
    const id = table.add({ kind: 'struct', name: 's', size, members: placed });
    const values = fc.record(Object.fromEntries(rows.map(([member], index) => [`m${index}`, member.values])));
    return { id, size, values: values.map((record) => ({ ...record })) };
  });
  return fc.oneof(scalar, text, list, struct);
}

/** Shortened to bytes that fit, without NUL and halves of surrogate pairs. */
const fitting =
  (limit: number) =>
  (text: string): string => {
    let whole = text.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '');
    while (new TextEncoder().encode(whole).length > limit) whole = [...whole].slice(0, -1).join('');
    return whole;
  };

test('what is encoded decodes to itself', () => {
  const table = new BtfBuilder();
  const cases = madeType(table, 3).chain((type) => type.values.map((some) => ({ type, some })));
  const property = fc.property(cases, fc.constantFrom('little' as const, 'big' as const), ({ type, some }, endian) => {
    const view = new DataView(new ArrayBuffer(type.size + 3));
    encoder(table, type.id, { endian })(some, view, 3);
    expect(decoder(table, type.id, { endian })(view, 3)).toEqual(some);
    expect(decoder(table, type.id, { endian, generate: false })(view, 3)).toEqual(some);
  });
  fc.assert(property, { seed: 7, numRuns: 500 });
});

test('bit-fields of every place and width hold every value', () => {
  const table = new BtfBuilder();
  const rows = fc.tuple(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 1, max: 64 }),
    fc.boolean(),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constantFrom('little' as const, 'big' as const),
  );
  const property = fc.property(rows, ([bitOffset, bitSize, signed, raw, endian]) => {
    const size = bitSize > 32 ? 8 : 4;
    const type = int(table, 'n', size, signed ? 'signed' : 'unsigned');
    const id = table.add({ kind: 'struct', name: 's', size: 16, members: members([['f', type, bitOffset, bitSize]]) });
    const wide = signed ? BigInt.asIntN(bitSize, raw) : BigInt.asUintN(bitSize, raw);
    const f = size === 8 ? wide : Number(wide);
    const view = new DataView(new ArrayBuffer(16));
    encoder(table, id, { endian })({ f }, view);
    for (const generate of [true, false]) expect(decoder(table, id, { endian, generate })(view, 0)).toEqual({ f });
    // As a number of 128 bits the field stands where the byte order has it.
    const bytes = [...new Uint8Array(view.buffer)];
    const all = (endian === 'little' ? bytes.reverse() : bytes).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const shift = endian === 'little' ? bitOffset : 128 - bitOffset - bitSize;
    expect(all).toBe(BigInt.asUintN(bitSize, raw) << BigInt(shift));
  });
  fc.assert(property, { seed: 11, numRuns: 1000 });
});
