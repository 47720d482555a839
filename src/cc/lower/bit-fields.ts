// Bit-fields: which bytes to read and write for them.

import { movedBits } from '../check/bit-units.ts';
import { boolType, integerOf, sizeOf } from '../check/ctypes.ts';
import type { CType, Member } from '../check/types.ts';
import { constant } from '../ir/build.ts';
import type { Value, Width } from '../ir/types.ts';
import { type Address, irType, memberStart, PlaceLowering, stackAlign } from './places.ts';

/** Does the integer type have negative values? */
export function isSigned(type: CType): boolean {
  return integerOf(type)?.signed ?? false;
}

type Bits = NonNullable<Member['bits']>;

/** A word in memory, bytes from the start of an address. */
interface Word {
  readonly width: Width;
  readonly byte: number;
}

/** Is the field memory that can be accessed by itself? */
function isWhole({ offset, size }: Bits): boolean {
  return [8, 16, 32, 64].includes(size) && offset % size === 0;
}

const isOnStack = ({ base, core }: Address): boolean => !core && base.kind === 'instruction' && base.op === 'alloca';

/** The word through which a bit-field is accessed; none where it crosses the borders of all. */
function wordOf(address: Address, bits: Bits): Word | undefined {
  const { align, core } = address;
  const { unit, words } = bits;
  const isLocal = isOnStack(address);
  if (isLocal && words) {
    const { offset, size } = bits;
    const whole = words.find((word) => offset >= word.offset * 8 && offset + size <= (word.offset + word.width) * 8);
    return whole && { width: whole.width, byte: whole.offset };
  }
  // On the stack the common word, which becomes a value; elsewhere only the field's own bytes where they will do.
  if (unit && !core && unit.width <= align && (isLocal || !isWhole(bits)))
    return { width: unit.width, byte: unit.offset };
  for (const width of [1, 2, 4, 8] as const) {
    const byte = Math.floor(bits.offset / 8 / width) * width;
    // Without the alignment of the word, reading more than the field's own bytes could leave the object.
    if (bits.offset + bits.size <= (byte + width) * 8) return width <= align ? { width, byte } : undefined;
  }
  return undefined;
}

/** A part of a bit-field: `count` bits from bit `from` of the field, which lie from bit `shift` of a word. */
interface Piece extends Word {
  readonly shift: number;
  readonly from: number;
  readonly count: number;
}

/** The parts of a bit-field that no word has whole: by the words of its run on the stack, by bytes elsewhere. */
function piecesOf(address: Address, { offset, size, words }: Bits): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < size; ) {
    const at = offset + from;
    const word = isOnStack(address)
      ? words?.find((candidate) => at >= candidate.offset * 8 && at < (candidate.offset + candidate.width) * 8)
      : undefined;
    const [byte, width] = word ? [word.offset, word.width] : [at >> 3, 1 as const];
    const shift = at - byte * 8;
    const count = Math.min(width * 8 - shift, size - from);
    pieces.push({ byte, width, shift, from, count });
    from += count;
  }
  return pieces;
}

/** What libbpf computes: the unit of the declared type. */
function relocatedWord({ type }: Member, { offset, size }: Bits): Word | undefined {
  const width = (sizeOf(type) ?? 4) as Width;
  return offset >= 0 && offset + size <= width * 8 ? { width, byte: 0 } : undefined;
}

function inside(address: Address, byte: number): Address {
  return { ...address, offset: address.offset + byte, align: Math.min(address.align, byte === 0 ? 8 : byte & -byte) };
}

/** Adds bit-fields to places. */
export abstract class BitFieldLowering extends PlaceLowering {
  /** Memory for a value that has an address. */
  temporary(type: CType): Address {
    const size = sizeOf(type) ?? 0;
    const align = stackAlign(type, size);
    return { base: this.builder.alloca(size, align, 'tmp'), offset: 0, core: undefined, align, volatile: false };
  }

  loadBits(address: Address, member: Member, position: Bits): Value {
    const type = irType(member.type);
    const signed = isSigned(member.type) && integerOf(member.type) !== boolType;
    const bits = movedBits(position, -memberStart(member, address.core !== undefined));
    const word = address.core ? relocatedWord(member, bits) : wordOf(address, bits);
    if (!word) return this.resize(this.extractBits(this.loadPieces(address, bits), 0, bits.size, signed), type, signed);
    const { width, byte } = word;
    const wide = width === 8 ? 'i64' : 'i32';
    const whole = this.loadWidth(inside(address, byte), width, { type: wide, signed: false });
    return this.resize(this.extractBits(whole, bits.offset - byte * 8, bits.size, signed), type, signed);
  }

  extractBits(word: Value, shift: number, size: number, signed: boolean): Value {
    const { builder } = this;
    const wide = word.type as 'i32' | 'i64';
    const bits = wide === 'i64' ? 64 : 32;
    if (signed) {
      const up = builder.binary('shl', word, constant(wide, bits - shift - size));
      return builder.binary('ashr', up, constant(wide, bits - size));
    }
    const down = builder.binary('lshr', word, constant(wide, shift));
    if (size === bits) return down;
    return builder.binary('and', down, constant(wide, (1n << BigInt(size)) - 1n));
  }

  resize(value: Value, type: 'i32' | 'i64' | 'ptr', signed: boolean): Value {
    if (value.type === type) return value;
    return this.builder.convert(type === 'i32' ? 'trunc' : signed ? 'sext' : 'zext', value);
  }

  /** A bit-field across word borders (packed structs): put together of what the words have. */
  loadPieces(address: Address, bits: Bits): Value {
    const { builder } = this;
    let result: Value | undefined;
    for (const { byte, width, shift, from } of piecesOf(address, bits)) {
      const word = this.loadWidth(inside(address, byte), width, { type: 'i64', signed: false });
      const low = builder.binary('lshr', word, constant('i64', shift));
      const placed = builder.binary('shl', low, constant('i64', from));
      result = result ? builder.binary('or', result, placed) : placed;
    }
    return result as Value;
  }

  /** Writes a bit-field; `bits` are counted from the start of `address`. */
  storeBits(address: Address, value: Value, bits: Bits): void {
    const { offset: rel, size } = bits;
    const word = wordOf(address, bits);
    if (word) {
      const { width, byte } = word;
      this.mergeBits(inside(address, byte), value, { shift: rel - byte * 8, size, width });
      return;
    }
    for (const { byte, width, shift, from, count } of piecesOf(address, bits)) {
      const piece = this.builder.binary('lshr', value, constant(value.type as 'i32', from));
      this.mergeBits(inside(address, byte), piece, { shift, size: count, width });
    }
  }

  mergeBits(
    address: Address,
    value: Value,
    at: { readonly shift: number; readonly size: number; readonly width: Width },
  ): void {
    const { builder } = this;
    const wide = at.width === 8 ? 'i64' : 'i32';
    const narrow = this.resize(value, wide, false);
    if (at.size === at.width * 8) {
      this.storeWidth(address, narrow, at.width);
      return;
    }
    const mask = ((1n << BigInt(at.size)) - 1n) << BigInt(at.shift);
    const old = this.loadWidth(address, at.width, { type: wide, signed: false });
    const kept = builder.binary('and', old, constant(wide, ~mask));
    const placed = builder.binary('and', builder.binary('shl', narrow, constant(wide, at.shift)), constant(wide, mask));
    this.storeWidth(address, builder.binary('or', kept, placed), at.width);
  }
}
