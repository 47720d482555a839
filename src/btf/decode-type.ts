// Decodes one type from the words of a BTF type section; one function per kind.

import { FormatError } from '../base/index.ts';
import { intEncoding, kindTable, linkages } from './constants.ts';
import type { BtfEnumerator, BtfKind, BtfMember, BtfType, IntEncoding, Linkage, TypeId } from './types.ts';

/** What a decoder may ask of the table. Words are in native byte order. */
export interface TypeSource {
  readonly what: string;
  readonly words: Uint32Array;
  has(id: TypeId): boolean;
  /** Ids below this exist. */
  readonly length: number;
  /** A name, which may not be as long as other strings. */
  name(offset: number): string;
  /**
   * Bits and bit offset of the integer that a type stands for, by its own description; undefined for anything but an
   * integer narrower than its bytes. (Bit-fields as they were written before Linux 4.20.)
   */
  narrowInt(id: TypeId): { readonly bits: number; readonly bitOffset: number } | undefined;
}

/** The common words of a type, taken apart. */
interface Head {
  readonly source: TypeSource;
  /** First word after the common three. */
  readonly at: number;
  readonly name: string;
  readonly entries: number;
  readonly flag: boolean;
  /** Third word: size or type. */
  readonly third: number;
}

/** Decodes the type whose first word is `words[start]`. @throws FormatError when it is malformed. */
export function decodeType(source: TypeSource, start: number): BtfType {
  const { words } = source;
  const info = word(words, start + 1);
  const kind = kindTable[(info >>> 24) & 0x1f]?.kind ?? 'void';
  const head: Head = {
    source,
    at: start + 3,
    name: source.name(word(words, start)),
    entries: info & 0xffff,
    flag: info >>> 31 === 1,
    third: word(words, start + 2),
  };
  return decoders[kind](head);
}

// The bounds of every type were checked when the table was indexed.
function word(words: Uint32Array, at: number): number {
  return words[at] as number;
}

function reference({ source }: Head, id: number): TypeId {
  if (!source.has(id)) throw new FormatError(source.what, `no type ${id}: there are ${source.length}`);
  return id;
}

function linkage({ source }: Head, number: number): Linkage {
  const name = linkages[number];
  if (!name) throw new FormatError(source.what, `unknown linkage ${number}`);
  return name;
}

const decoders: Readonly<Record<BtfKind, (head: Head) => BtfType>> = {
  void: ({ source }) => {
    throw new FormatError(source.what, 'void among the types');
  },
  int: decodeInt,
  ptr: (head) => ({ kind: 'ptr', type: reference(head, head.third) }),
  array: (head) => {
    const { words } = head.source;
    return {
      kind: 'array',
      type: reference(head, word(words, head.at)),
      indexType: reference(head, word(words, head.at + 1)),
      length: word(words, head.at + 2),
    };
  },
  struct: (head) => ({ kind: 'struct', name: head.name, size: head.third, members: decodeMembers(head) }),
  union: (head) => ({ kind: 'union', name: head.name, size: head.third, members: decodeMembers(head) }),
  enum: (head) => ({
    kind: 'enum',
    name: head.name,
    size: enumSize(head),
    signed: head.flag,
    values: enumerators(head),
  }),
  enum64: (head) => ({
    kind: 'enum64',
    name: head.name,
    size: enumSize(head),
    signed: head.flag,
    values: wideEnumerators(head),
  }),
  fwd: (head) => ({ kind: 'fwd', name: head.name, union: head.flag }),
  typedef: (head) => ({ kind: 'typedef', name: head.name, type: reference(head, head.third) }),
  volatile: (head) => ({ kind: 'volatile', type: reference(head, head.third) }),
  const: (head) => ({ kind: 'const', type: reference(head, head.third) }),
  restrict: (head) => ({ kind: 'restrict', type: reference(head, head.third) }),
  func: (head) => ({
    kind: 'func',
    name: head.name,
    type: reference(head, head.third),
    linkage: linkage(head, head.entries),
  }),
  funcProto: (head) => {
    const { words, string } = bound(head);
    return {
      kind: 'funcProto',
      returnType: reference(head, head.third),
      parameters: Array.from({ length: head.entries }, (_, index) => ({
        name: string(word(words, head.at + index * 2)),
        type: reference(head, word(words, head.at + index * 2 + 1)),
      })),
    };
  },
  var: (head) => ({
    kind: 'var',
    name: head.name,
    type: reference(head, head.third),
    linkage: linkage(head, word(head.source.words, head.at)),
  }),
  datasec: (head) => {
    const { words } = head.source;
    return {
      kind: 'datasec',
      name: head.name,
      size: head.third,
      variables: Array.from({ length: head.entries }, (_, index) => ({
        type: reference(head, word(words, head.at + index * 3)),
        offset: word(words, head.at + index * 3 + 1),
        size: word(words, head.at + index * 3 + 2),
      })),
    };
  },
  float: (head) => ({ kind: 'float', name: head.name, size: head.third }),
  declTag: (head) => ({
    kind: 'declTag',
    name: head.name,
    type: reference(head, head.third),
    componentIndex: word(head.source.words, head.at) | 0,
    attribute: head.flag,
  }),
  typeTag: (head) => ({ kind: 'typeTag', name: head.name, type: reference(head, head.third), attribute: head.flag }),
};

function bound({ source }: Head): { words: Uint32Array; string: (offset: number) => string } {
  return { words: source.words, string: (offset) => source.name(offset) };
}

function decodeInt(head: Head): BtfType {
  const data = word(head.source.words, head.at);
  const bits = data & 0xff;
  const bitOffset = (data >>> 16) & 0xff;
  if (![1, 2, 4, 8, 16].includes(head.third))
    throw new FormatError(head.source.what, `integer "${head.name}" of ${head.third} bytes`);
  if (bits + bitOffset > head.third * 8 || bits === 0)
    throw new FormatError(head.source.what, `integer "${head.name}" of ${bits} bits in ${head.third} bytes`);
  return { kind: 'int', name: head.name, size: head.third, encoding: encodingOf(data >>> 24), bits, bitOffset };
}

function encodingOf(flags: number): IntEncoding {
  if (flags & intEncoding.bool) return 'bool';
  if (flags & intEncoding.char) return 'char';
  return flags & intEncoding.signed ? 'signed' : 'unsigned';
}

function decodeMembers(head: Head): BtfMember[] {
  const { words, string } = bound(head);
  const members: BtfMember[] = [];
  for (let index = 0; index < head.entries; index++) {
    const at = head.at + index * 3;
    const type = reference(head, word(words, at + 1));
    const place = word(words, at + 2);
    const narrow = head.flag ? undefined : head.source.narrowInt(type);
    members.push({
      name: string(word(words, at)),
      type,
      bitOffset: head.flag ? place & 0xffffff : place + (narrow?.bitOffset ?? 0),
      bitSize: head.flag ? place >>> 24 : (narrow?.bits ?? 0),
    });
  }
  return members;
}

function enumSize(head: Head): number {
  if (![1, 2, 4, 8].includes(head.third))
    throw new FormatError(head.source.what, `enum "${head.name}" of ${head.third} bytes`);
  return head.third;
}

function enumerators(head: Head): BtfEnumerator[] {
  const { words, string } = bound(head);
  return Array.from({ length: head.entries }, (_, index) => {
    const value = word(words, head.at + index * 2 + 1);
    return { name: string(word(words, head.at + index * 2)), value: BigInt(head.flag ? value | 0 : value) };
  });
}

function wideEnumerators(head: Head): BtfEnumerator[] {
  const { words, string } = bound(head);
  return Array.from({ length: head.entries }, (_, index) => {
    const at = head.at + index * 3;
    const value = (BigInt(word(words, at + 2)) << 32n) | BigInt(word(words, at + 1));
    return { name: string(word(words, at)), value: head.flag ? BigInt.asIntN(64, value) : value };
  });
}
