// The bytes that are read and written for bit-fields: one word for neighbours without a gap, so that what is known of one
// field is not lost by writing another. Other members are never touched (C11, 3.14).

import { sizeOf } from './ctypes.ts';
import type { BitUnit, Member } from './types.ts';

type BitField = Member & { readonly bits: NonNullable<Member['bits']> };

const isBitField = (member: Member): member is BitField => member.bits !== undefined;
const endOf = ({ bits }: BitField): number => bits.offset + bits.size;

/** Bit-fields without gaps between them. */
function runsOf(members: readonly Member[]): BitField[][] {
  const runs: BitField[][] = [];
  for (const member of members.filter(isBitField)) {
    const last = runs.at(-1);
    const before = last?.at(-1);
    if (last && before && endOf(before) === member.bits.offset) last.push(member);
    else runs.push([member]);
  }
  return runs;
}

/** The largest aligned word around a field that holds whole fields of its run and nothing else. */
function unitOf(
  field: BitField,
  run: readonly BitField[],
  record: { readonly members: readonly Member[]; readonly size: number; readonly align: number },
): BitUnit | undefined {
  const widest = Math.min(8, record.align, Math.max(...run.map(({ type }) => sizeOf(type) ?? 1)));
  for (let width = widest; width >= 1; width >>= 1) {
    const offset = Math.floor(field.bits.offset / 8 / width) * width;
    const end = offset + width;
    const isWhole = (other: BitField): boolean => other.bits.offset >= offset * 8 && endOf(other) <= end * 8;
    const isOutside = (other: Member): boolean =>
      isBitField(other)
        ? endOf(other) <= offset * 8 || other.bits.offset >= end * 8
        : other.offset + (sizeOf(other.type) ?? 0) <= offset || other.offset >= end;
    const isOwn = (other: Member): boolean => run.includes(other as BitField) && isWhole(other as BitField);
    const fits = end <= record.size && isWhole(field);
    if (fits && record.members.every((other) => isOutside(other) || isOwn(other)))
      return { offset, width: width as BitUnit['width'] };
  }
  return undefined;
}

/** The bytes of a run as words, the largest first. */
function wordsOf(run: readonly BitField[]): BitUnit[] {
  const words: BitUnit[] = [];
  const [first, last] = [run[0], run.at(-1)] as [BitField, BitField];
  const end = Math.ceil(endOf(last) / 8);
  for (let offset = Math.floor(first.bits.offset / 8); offset < end; ) {
    let width = 8;
    while (offset + width > end) width >>= 1;
    words.push({ offset, width: width as BitUnit['width'] });
    offset += width;
  }
  return words;
}

/** Gives the bit-fields of a struct their units. */
export function withBitUnits(
  members: readonly Member[],
  record: { readonly size: number; readonly align: number },
): readonly Member[] {
  const units = new Map<Member, BitUnit>();
  const words = new Map<Member, readonly BitUnit[]>();
  for (const run of runsOf(members)) {
    for (const field of run) {
      const shared = [...units.values()].find(
        ({ offset, width }) => field.bits.offset >= offset * 8 && endOf(field) <= (offset + width) * 8,
      );
      const unit = shared ?? unitOf(field, run, { ...record, members });
      if (unit) units.set(field, unit);
      else words.set(field, wordsOf(run));
    }
  }
  return members.map((member) => {
    if (!member.bits) return member;
    const [unit, parts] = [units.get(member), words.get(member)];
    return { ...member, bits: { ...member.bits, ...(unit && { unit }), ...(parts && { words: parts }) } };
  });
}

/** A bit-field of a struct that lies `bytes` into another. */
export function movedBits(bits: NonNullable<Member['bits']>, bytes: number): NonNullable<Member['bits']> {
  const { unit, words } = bits;
  const moved = (word: BitUnit): BitUnit => ({ ...word, offset: word.offset + bytes });
  return {
    offset: bits.offset + bytes * 8,
    size: bits.size,
    ...(unit && { unit: moved(unit) }),
    ...(words && { words: words.map(moved) }),
  };
}
