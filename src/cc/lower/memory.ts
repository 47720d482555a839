// Reading and writing of objects: scalars, aggregates, initialisers.

import { movedBits } from '../check/bit-units.ts';
import { alignOf, isVoid, sizeOf } from '../check/ctypes.ts';
import type { CType, LocalInitial, LocalStore, Place } from '../check/types.ts';
import { constant } from '../ir/build.ts';
import type { Value, Width } from '../ir/types.ts';
import { isSigned } from './bit-fields.ts';
import { ConversionLowering } from './conversions.ts';
import { type Address, isRegister, memberStart } from './places.ts';

/** Adds loads and stores of whole objects. */
export abstract class MemoryLowering extends ConversionLowering {
  load(place: Place, type: CType): Value {
    if (place.kind === 'member' && place.member.bits)
      return this.loadBits(this.address(place), place.member, place.member.bits);
    const address = this.address(place);
    return isRegister(type) ? this.loadScalar(address, type) : this.pointer(address);
  }

  /** Stores a value of `type` into a place; aggregates are copied from where the value says. */
  store(address: Address, value: Value, type: CType): void {
    if (isVoid(type)) return;
    if (isRegister(type)) {
      this.storeScalar(address, value, type);
      return;
    }
    const align = Math.min(address.align, alignOf(type) > 4 || address.align >= 8 ? 8 : alignOf(type));
    this.builder.copy(this.pointer(address), value, sizeOf(type) ?? 0, Math.min(align, this.alignOfValue(value, type)));
  }

  alignOfValue(value: Value, type: CType): number {
    return value.kind === 'instruction' && value.op === 'alloca' ? value.align : alignOf(type);
  }

  /** Assigns to a place, bit-fields included; returns what the assignment expression yields. */
  assign(place: Place, value: Value, type: CType): Value {
    if (place.kind === 'member' && place.member.bits) {
      const { bits, type: memberType } = place.member;
      const address = this.address(place);
      const start = memberStart(place.member, address.core !== undefined);
      this.storeBits(address, value, movedBits(bits, -start));
      const signed = isSigned(memberType);
      return this.extractBits(value, 0, Math.min(bits.size, value.type === 'i64' ? 64 : 32), signed);
    }
    const address = this.address(place);
    this.store(address, value, type);
    return isRegister(type) ? value : this.pointer(address);
  }

  override initialize(address: Address, initial: LocalInitial, type: CType): void {
    const size = sizeOf(type) ?? 0;
    if (initial.zero) this.builder.fill(this.pointer(address), constant('i32', 0), size, address.align);
    for (const store of initial.stores) this.localStore(address, store);
  }

  localStore(base: Address, store: LocalStore): void {
    const { offset, bits, type, value } = store;
    if (bits) {
      this.storeBits(base, this.value(value), bits);
      return;
    }
    const align = Math.min(base.align, offset === 0 ? 1 << 30 : offset & -offset);
    const address: Address = { ...base, offset: base.offset + offset, align };
    if (value.kind === 'load' && value.place.kind === 'string') {
      this.storeBytes(address, value.place.bytes);
      return;
    }
    this.store(address, this.value(value), type);
  }

  /** Writes known bytes: zeros as a fill, the rest in words. */
  storeBytes(address: Address, bytes: Uint8Array): void {
    const { builder } = this;
    const base = this.pointer({ ...address, offset: 0 });
    const at0 = address.core ? 0 : address.offset;
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end--;
    const stop = Math.min(bytes.length, Math.ceil(end / 8) * 8);
    for (let at = 0; at < stop; ) {
      let width = 8;
      while (at + width > stop || at % width !== 0 || address.align < width) width >>= 1;
      let word = 0n;
      for (let i = width - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[at + i] ?? 0);
      const type = width === 8 ? 'i64' : 'i32';
      builder.store(
        { base, offset: at0 + at, relocation: undefined, volatile: false },
        constant(type, word),
        width as Width,
      );
      at += width;
    }
    if (bytes.length > stop) {
      const rest = builder.pointerAdd(base, constant('i64', at0 + stop));
      builder.fill(rest, constant('i32', 0), bytes.length - stop, Math.min(address.align, 8));
    }
  }
}
