// What generated and closure decoders call for the less common values.

import { decodeUtf8 } from '../base/index.ts';
import type { BitsPlan, BoolPlan, EnumPlan, IntPlan } from './value-plan.ts';
import { isWide } from './value-plan.ts';

/** UTF-8 up to the first NUL or `size` bytes. */
export function readString(view: DataView, offset: number, size: number): string {
  let text = '';
  for (let i = 0; i < size; i++) {
    const byte = view.getUint8(offset + i);
    if (byte === 0) return text;
    if (byte >= 0x80 || i >= 64) return readLongString(view, offset, size);
    text += String.fromCharCode(byte);
  }
  return text;
}

function readLongString(view: DataView, offset: number, size: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, size);
  const end = bytes.indexOf(0);
  // A copy: memory shared with the kernel or a worker cannot be decoded in place.
  return decodeUtf8(bytes.slice(0, end < 0 ? size : end));
}

/** A copy of bytes. */
export function readBytes(view: DataView, offset: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, size).slice();
}

/** A 128-bit integer. */
export function readInt128(view: DataView, offset: number, little: boolean, signed: boolean): bigint {
  const low = view.getBigUint64(little ? offset : offset + 8, little);
  const high = view.getBigUint64(little ? offset + 8 : offset, little);
  const value = (high << 64n) | low;
  return signed ? BigInt.asIntN(128, value) : value;
}

/** Bits of at most 8 consecutive bytes and one more, unsigned. */
export function readRawBits(view: DataView, offset: number, plan: BitsPlan, little: boolean): bigint {
  const { bitOffset, bitSize } = plan;
  const bytes = (bitOffset + bitSize + 7) >>> 3;
  let value = 0n;
  for (let i = 0; i < bytes; i++) value = (value << 8n) | BigInt(view.getUint8(offset + (little ? bytes - 1 - i : i)));
  const drop = little ? bitOffset : bytes * 8 - bitOffset - bitSize;
  return BigInt.asUintN(bitSize, value >> BigInt(drop));
}

/** The value of a bit-field: number, bigint, boolean or name. */
export function readBits(view: DataView, offset: number, plan: BitsPlan, little: boolean): unknown {
  const raw = readRawBits(view, offset, plan, little);
  return interpretBits[plan.plan.shape](raw, plan.bitSize, plan.plan as never);
}

const interpretBits = {
  bool: (raw: bigint, _bits: number, _plan: BoolPlan): unknown => raw !== 0n,
  int: (raw: bigint, bits: number, plan: IntPlan): unknown => {
    const value = plan.signed ? BigInt.asIntN(bits, raw) : raw;
    return isWide(plan.size) ? value : Number(value);
  },
  enum: (raw: bigint, bits: number, plan: EnumPlan): unknown =>
    nameOf(plan.signed ? BigInt.asIntN(bits, raw) : raw, plan),
};

/** The name of an enum's value, else the value. */
export function nameOf(value: bigint, { enumerators, size }: EnumPlan): unknown {
  return enumerators.names.get(value) ?? (isWide(size) ? value : Number(value));
}

/** Names of an enum of at most 4 bytes by number. */
export function namesByNumber({ enumerators }: EnumPlan): ReadonlyMap<number, string> {
  return new Map(Array.from(enumerators.names, ([value, name]) => [Number(value), name]));
}
