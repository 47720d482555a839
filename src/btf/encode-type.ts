// Encodes one type into the words of a BTF type section; one function per kind.

import { type ByteWriter, UsageError } from '../base/index.ts';
import { intEncoding, kindNumbers, linkages } from './constants.ts';
import type { BtfKind, BtfMember, BtfType, BtfTypeOf, Linkage } from './types.ts';

/** Where the encoder writes, and how it names strings. */
export interface TypeSink {
  readonly writer: ByteWriter;
  /** Offset of a string, added when it is new. */
  string(text: string): number;
}

interface Head {
  readonly name?: string;
  readonly entries?: number;
  readonly flag?: boolean;
  /** Size or type. */
  readonly third: number;
}

/** Appends a type. @throws UsageError when it does not fit the format. */
export function encodeType(sink: TypeSink, type: BtfType): void {
  const encoder = encoders[type.kind] as (sink: TypeSink, type: BtfType) => void;
  encoder(sink, type);
}

function head(sink: TypeSink, kind: BtfKind, { name = '', entries = 0, flag = false, third }: Head): void {
  if (entries > 0xffff) throw new UsageError(`${kind} "${name}" has ${entries} entries; BTF holds 65535`);
  const info = ((flag ? 0x8000_0000 : 0) | (kindNumbers[kind] << 24) | entries) >>> 0;
  sink.writer.u32(sink.string(name)).u32(info).u32(third);
}

function linkageNumber(linkage: Linkage): number {
  return linkages.indexOf(linkage);
}

type Encoder<K extends BtfKind> = (sink: TypeSink, type: BtfTypeOf<K>) => void;

const encodeReference =
  (kind: 'ptr' | 'volatile' | 'const' | 'restrict') =>
  (sink: TypeSink, { type }: { readonly type: number }): void =>
    head(sink, kind, { third: type });

const encoders: { readonly [K in BtfKind]: Encoder<K> } = {
  void: () => {
    throw new UsageError('void is no type to be encoded: it is id 0');
  },
  int: (sink, { name, size, encoding, bits, bitOffset }) => {
    head(sink, 'int', { name, third: size });
    const flags = encoding === 'unsigned' ? 0 : intEncoding[encoding];
    sink.writer.u32((flags << 24) | (bitOffset << 16) | bits);
  },
  ptr: encodeReference('ptr'),
  array: (sink, { type, indexType, length }) => {
    head(sink, 'array', { third: 0 });
    sink.writer.u32(type).u32(indexType).u32(length);
  },
  struct: encodeMembers,
  union: encodeMembers,
  enum: (sink, { name, size, signed, values }) => {
    head(sink, 'enum', { name, entries: values.length, flag: signed, third: size });
    for (const { name: valueName, value } of values)
      sink.writer.u32(sink.string(valueName)).u32(Number(BigInt.asUintN(32, value)));
  },
  enum64: (sink, { name, size, signed, values }) => {
    head(sink, 'enum64', { name, entries: values.length, flag: signed, third: size });
    for (const { name: valueName, value } of values) {
      const bits = BigInt.asUintN(64, value);
      sink.writer
        .u32(sink.string(valueName))
        .u32(Number(bits & 0xffff_ffffn))
        .u32(Number(bits >> 32n));
    }
  },
  fwd: (sink, { name, union }) => head(sink, 'fwd', { name, flag: union, third: 0 }),
  typedef: (sink, { name, type }) => head(sink, 'typedef', { name, third: type }),
  volatile: encodeReference('volatile'),
  const: encodeReference('const'),
  restrict: encodeReference('restrict'),
  func: (sink, { name, type, linkage }) => head(sink, 'func', { name, entries: linkageNumber(linkage), third: type }),
  funcProto: (sink, { returnType, parameters }) => {
    head(sink, 'funcProto', { entries: parameters.length, third: returnType });
    for (const { name, type } of parameters) sink.writer.u32(sink.string(name)).u32(type);
  },
  var: (sink, { name, type, linkage }) => {
    head(sink, 'var', { name, third: type });
    sink.writer.u32(linkageNumber(linkage));
  },
  datasec: (sink, { name, size, variables }) => {
    head(sink, 'datasec', { name, entries: variables.length, third: size });
    for (const variable of variables) sink.writer.u32(variable.type).u32(variable.offset).u32(variable.size);
  },
  float: (sink, { name, size }) => head(sink, 'float', { name, third: size }),
  declTag: (sink, { name, type, componentIndex, attribute }) => {
    head(sink, 'declTag', { name, flag: attribute, third: type });
    sink.writer.i32(componentIndex);
  },
  typeTag: (sink, { name, type, attribute }) => head(sink, 'typeTag', { name, flag: attribute, third: type }),
};

function encodeMembers(sink: TypeSink, { kind, name, size, members }: BtfTypeOf<'struct'> | BtfTypeOf<'union'>): void {
  const flag = members.some(({ bitSize }) => bitSize > 0);
  head(sink, kind, { name, entries: members.length, flag, third: size });
  for (const member of members)
    sink.writer
      .u32(sink.string(member.name))
      .u32(member.type)
      .u32(memberPlace(name, member, flag));
}

function memberPlace(struct: string, { name, bitOffset, bitSize }: BtfMember, flag: boolean): number {
  if (!flag) return bitOffset;
  if (bitOffset > 0xff_ffff || bitSize > 0xff)
    throw new UsageError(`${struct}.${name}: a struct with bit-fields cannot be described beyond 2 MiB`);
  return ((bitSize << 24) | bitOffset) >>> 0;
}
