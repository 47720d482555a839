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

/** The aligned word through which a bit-field is accessed; none where it crosses the borders of all. */
function wordOf({ base, align, core }: Address, bits: Bits): Word | undefined {
  const { unit } = bits;
  const isLocal = base.kind === 'instruction' && base.op === 'alloca';
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
    if (!word) return this.loadBitBytes(address, { rel: bits.offset, size: bits.size, signed, type });
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

  /** A bit-field across word borders (packed structs): byte by byte. */
  loadBitBytes(
    address: Address,
    field: { rel: number; size: number; signed: boolean; type: 'i32' | 'i64' | 'ptr' },
  ): Value {
    const { builder } = this;
    const first = Math.floor(field.rel / 8);
    const last = Math.floor((field.rel + field.size - 1) / 8);
    let result: Value = constant('i64', 0);
    for (let byte = first; byte <= last; byte++) {
      const piece = this.loadWidth({ ...address, offset: address.offset + byte, align: 1 }, 1, {
        type: 'i64',
        signed: false,
      });
      const up = byte * 8 - field.rel;
      const placed =
        up >= 0
          ? builder.binary('shl', piece, constant('i64', up))
          : builder.binary('lshr', piece, constant('i64', -up));
      result = byte === first ? placed : builder.binary('or', result, placed);
    }
    return this.resize(this.extractBits(result, 0, field.size, field.signed), field.type, field.signed);
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
    let done = 0;
    while (done < size) {
      const at = rel + done;
      const count = Math.min(8 - (at & 7), size - done);
      const piece = this.builder.binary('lshr', value, constant(value.type as 'i32', done));
      this.mergeBits({ ...address, offset: address.offset + (at >> 3), align: 1 }, this.resize(piece, 'i32', false), {
        shift: at & 7,
        size: count,
        width: 1,
      });
      done += count;
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
