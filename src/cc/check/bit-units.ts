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

interface Word {
  readonly offset: number;
  readonly end: number;
}

const isWithin = (field: BitField, { offset, end }: Word): boolean =>
  field.bits.offset >= offset * 8 && endOf(field) <= end * 8;

function isOutside(member: Member, { offset, end }: Word): boolean {
  if (isBitField(member)) return endOf(member) <= offset * 8 || member.bits.offset >= end * 8;
  return member.offset + (sizeOf(member.type) ?? 0) <= offset || member.offset >= end;
}

interface RecordShape {
  readonly members: readonly Member[];
  readonly size: number;
  readonly align: number;
}

/** Whether a word around a member holds whole fields of a run and nothing else. Members lie in the order of their offsets. */
function holdsOnly(run: ReadonlySet<Member>, word: Word, { members }: RecordShape, at: number): boolean {
  const isOwn = (member: Member): boolean => run.has(member) && isWithin(member as BitField, word);
  for (const step of [-1, 1]) {
    for (let i = at; members[i] && !isOutside(members[i] as Member, word); i += step)
      if (!isOwn(members[i] as Member)) return false;
  }
  return true;
}

/** The largest aligned word around the field at a place that holds whole fields of its run and nothing else. */
function unitOf(at: number, run: ReadonlySet<Member>, record: RecordShape, widest: number): BitUnit | undefined {
  const field = record.members[at] as BitField;
  for (let width = widest; width >= 1; width >>= 1) {
    const offset = Math.floor(field.bits.offset / 8 / width) * width;
    const word = { offset, end: offset + width };
    if (word.end <= record.size && holdsOnly(run, word, record, at))
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
  const bits = new Map<Member, Pick<NonNullable<Member['bits']>, 'unit' | 'words'>>();
  const places = new Map(members.map((member, at) => [member, at]));
  for (const fields of runsOf(members)) {
    const run = new Set<Member>(fields);
    const widestType = fields.reduce((most, { type }) => Math.max(most, sizeOf(type) ?? 1), 1);
    const widest = Math.min(8, record.align, widestType);
    let unit: BitUnit | undefined;
    for (const field of fields) {
      const isShared = unit && isWithin(field, { offset: unit.offset, end: unit.offset + unit.width });
      const own = isShared ? unit : unitOf(places.get(field) as number, run, { ...record, members }, widest);
      bits.set(field, own ? { unit: own } : { words: wordsOf(fields) });
      unit = own ?? unit;
    }
  }
  return members.map((member) => (member.bits ? { ...member, bits: { ...member.bits, ...bits.get(member) } } : member));
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
