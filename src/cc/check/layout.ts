// Where the members of a struct lie: the System V rules that gcc, clang and the kernel follow.

import { withBitUnits } from './bit-units.ts';
import { alignOf, sizeOf } from './ctypes.ts';
import type { CType, Member, RecordLayout } from './types.ts';

/** A member before it has a place. */
export interface MemberDeclaration {
  readonly name: string | undefined;
  readonly type: CType;
  /** Undefined unless a bit-field. */
  readonly bits: number | undefined;
  readonly packed: boolean;
  /** Alignment asked for by attribute, 0 for none. */
  readonly align: number;
  readonly declTags: readonly string[];
}

/** Attributes of the whole record. */
export interface LayoutOptions {
  readonly union: boolean;
  readonly packed: boolean;
  /** From `aligned(n)`, 0 for none. */
  readonly align: number;
  /** From `#pragma pack(n)`, 0 for none. */
  readonly maximumAlign: number;
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Size of a member; a flexible array has none. */
function memberSize(type: CType): number {
  return sizeOf(type) ?? 0;
}

/** Lays out members in order. */
export function layoutRecord(members: readonly MemberDeclaration[], options: LayoutOptions): RecordLayout {
  const result: Member[] = [];
  let bit = 0;
  let size = 0;
  let align = 1;
  let index = 0;
  for (const member of members) {
    const memberAlign = alignmentOf(member, options);
    if (options.union) bit = 0;
    if (member.bits === undefined) {
      const offset = roundUp(Math.ceil(bit / 8), memberAlign);
      result.push(place(member, { offset, bits: undefined, index: index++ }));
      bit = (offset + memberSize(member.type)) * 8;
      align = Math.max(align, memberAlign);
    } else if (member.bits === 0) {
      bit = roundUp(bit, memberSize(member.type) * 8);
      continue;
    } else {
      const unit = memberSize(member.type);
      const start = bitFieldStart(bit, member, { unit, align: memberAlign, packed: options.packed });
      if (member.name !== undefined) {
        const storage = storageUnit(start, member.bits, unit);
        result.push(place(member, { offset: storage, bits: { offset: start, size: member.bits }, index: index++ }));
        align = Math.max(align, memberAlign);
      }
      bit = start + member.bits;
    }
    size = Math.max(size, Math.ceil(bit / 8));
  }
  align = Math.max(align, options.align);
  const record = { size: roundUp(size, align), align };
  return { members: options.union ? result : withBitUnits(result, record), ...record };
}

function place(member: MemberDeclaration, at: Pick<Member, 'offset' | 'bits' | 'index'>): Member {
  return { name: member.name, type: member.type, declTags: member.declTags, ...at };
}

function alignmentOf(member: MemberDeclaration, options: LayoutOptions): number {
  const isPacked = options.packed || member.packed;
  let align = isPacked ? 1 : alignOf(member.type);
  if (options.maximumAlign > 0) align = Math.min(align, options.maximumAlign);
  return Math.max(align, member.align, 1);
}

function bitFieldStart(
  bit: number,
  member: MemberDeclaration,
  how: { readonly unit: number; readonly align: number; readonly packed: boolean },
): number {
  if (member.align > 0) return roundUp(bit, member.align * 8);
  if (how.packed || member.packed) return bit;
  const unitBits = how.unit * 8;
  const width = member.bits ?? 0;
  const isStraddling = Math.floor(bit / unitBits) !== Math.floor((bit + width - 1) / unitBits);
  return isStraddling ? roundUp(bit, Math.min(unitBits, how.align * 8)) : bit;
}

/** Byte offset of an aligned unit of the declared size that holds the bits; in packed structs of the bytes themselves. */
function storageUnit(start: number, bits: number, unit: number): number {
  const first = Math.floor(start / 8 / unit) * unit;
  return start + bits <= (first + unit) * 8 ? first : Math.floor(start / 8);
}
