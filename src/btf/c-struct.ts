// Bodies of structs and enums in C: padding and packing are made explicit, so that the compiler's layout is BTF's.

import { alignOf, sizeOf } from './layout.ts';
import type { Btf, BtfEnumerator, BtfMember, BtfTypeOf } from './types.ts';

type Struct = BtfTypeOf<'struct'> | BtfTypeOf<'union'>;
type Enum = BtfTypeOf<'enum'> | BtfTypeOf<'enum64'>;

/** Whether it has to be packed: some member, or its size, is not where the natural alignment of members has it. */
function isPacked(btf: Btf, type: Struct, alignment: number): boolean {
  return alignment === 1 && type.members.some((member) => alignOf(btf, member.type) > 1);
}

/** Units of padding: the largest that is aligned and fits. */
const units = [
  { bits: 64, type: 'long' },
  { bits: 32, type: 'int' },
  { bits: 16, type: 'short' },
  { bits: 8, type: 'char' },
] as const;

// Beyond, a named array: nobody wants thousands of lines.
const longPadding = 1 << 16;

/** Unnamed bit-fields from bit `from` up to bit `to`, none of which crosses a boundary of its type. */
function padding(from: number, to: number): string[] {
  if (to - from > longPadding) return [`unsigned char __padding_${from}[${Math.floor((to - from) / 8)}];`];
  const lines: string[] = [];
  let at = from;
  while (at < to) {
    const start = at;
    const partial = Math.min(8 - (at % 8), to - at);
    const unit = units.find(({ bits }) => start % bits === 0 && to - start >= bits);
    lines.push(unit ? `${unit.type}: ${unit.bits};` : `char: ${partial};`);
    at += unit?.bits ?? partial;
  }
  return lines;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Where C puts a member after `reached` bits. */
function naturalPlace(btf: Btf, member: BtfMember, reached: number, packed: boolean): number {
  if (member.bitSize === 0) return roundUp(reached, packed ? 8 : alignOf(btf, member.type) * 8);
  const unit = alignOf(btf, member.type) * 8;
  const crosses = (reached % unit) + member.bitSize > unit;
  return crosses && !packed ? roundUp(reached, unit) : reached;
}

/** Lines of a body, and the attribute that follows it. */
export interface Body {
  readonly lines: readonly string[];
  readonly attribute: string;
}

/** The body of a struct or union; `declare` gives the text of one member. */
export function structBody(btf: Btf, type: Struct, alignment: number, declare: (member: BtfMember) => string): Body {
  const packed = isPacked(btf, type, alignment);
  const attribute = packed ? ' __attribute__((packed))' : '';
  const lines = type.kind === 'struct' ? paddedMembers(btf, type, { packed, alignment, declare }) : [];
  if (type.kind === 'union') {
    for (const member of type.members) lines.push(memberText(member, declare));
    const largest = Math.max(0, ...type.members.map((member) => sizeOf(btf, member.type)));
    if (roundUp(largest, alignment) < type.size) lines.push(`unsigned char __padding_0[${type.size}];`);
  }
  return { lines, attribute };
}

interface Layout {
  readonly packed: boolean;
  readonly alignment: number;
  readonly declare: (member: BtfMember) => string;
}

function paddedMembers(btf: Btf, type: Struct, { packed, alignment, declare }: Layout): string[] {
  const lines: string[] = [];
  let reached = 0;
  for (const member of type.members) {
    if (naturalPlace(btf, member, reached, packed) !== member.bitOffset)
      lines.push(...padding(reached, member.bitOffset));
    lines.push(memberText(member, declare));
    reached = member.bitOffset + (member.bitSize || sizeOf(btf, member.type) * 8);
  }
  const end = type.size * 8;
  if (roundUp(reached, alignment * 8) < end) lines.push(...padding(reached, end));
  return lines;
}

function memberText(member: BtfMember, declare: (member: BtfMember) => string): string {
  return `${declare(member)}${member.bitSize > 0 ? `: ${member.bitSize}` : ''};`;
}

const modes: Readonly<Record<number, string>> = { 1: 'QI', 2: 'HI', 8: 'DI' };

/** The body of an enum; `rename` gives the (unique) names of its values. */
export function enumBody(type: Enum, rename: (name: string) => string): Body {
  const lines = type.values.map(({ name, value }) => `${rename(name)} = ${enumeratorText(value, type)},`);
  const mode = modes[type.size];
  // Of 8 bytes without being told: when a value does not fit into 4.
  const isTold = type.size !== 8 || !type.values.some((value) => needs64Bits(value, type.signed));
  return { lines, attribute: mode && isTold ? ` __attribute__((mode(${mode})))` : '' };
}

function needs64Bits({ value }: BtfEnumerator, signed: boolean): boolean {
  return signed ? value !== BigInt.asIntN(32, value) : value !== BigInt.asUintN(32, value);
}

function enumeratorText(value: bigint, type: Enum): string {
  if (type.kind === 'enum') return `${value}`;
  if (!type.signed) return `${value}ULL`;
  // The lowest 64-bit number has no literal.
  return value === -(1n << 63n) ? `(${value + 1n}LL - 1)` : `${value}LL`;
}
