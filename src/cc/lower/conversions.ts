// Conversions between scalar types.

import { boolType, integerOf, sizeOf } from '../check/ctypes.ts';
import type { CType, IntegerType } from '../check/types.ts';
import { constant } from '../ir/build.ts';
import type { Constant, Value } from '../ir/types.ts';
import { BitFieldLowering, isSigned } from './bit-fields.ts';

/** Stands for "no value". */
export const nothing: Constant = constant('i32', 0);

/** Adds conversions. */
export abstract class ConversionLowering extends BitFieldLowering {
  abstract wideConvert(value: Value, from: CType, to: CType): Value;

  convert(value: Value, from: CType, to: CType): Value {
    const { builder } = this;
    const [a, b] = [from.canonical, to.canonical];
    if (b.kind === 'void') return nothing;
    if (a === b || !isScalarKind(b.kind)) return value;
    if ((sizeOf(a) ?? 0) === 16 || (sizeOf(b) ?? 0) === 16) return this.wideConvert(value, from, to);
    if (integerOf(to) === boolType) return this.truth(value);
    const fromPointer = a.kind === 'pointer' || a.kind === 'function';
    if (b.kind === 'pointer') {
      if (fromPointer) return value;
      return builder.convert(
        'to-ptr',
        value.type === 'i32' ? builder.convert(isSigned(from) ? 'sext' : 'zext', value) : value,
      );
    }
    const bits = fromPointer ? builder.convert('to-int', value) : value;
    return this.convertInteger(bits, fromPointer ? undefined : integerOf(from), integerOf(to) as IntegerType);
  }

  convertInteger(value: Value, from: IntegerType | undefined, to: IntegerType): Value {
    const { builder } = this;
    const fromSize = from?.size ?? 8;
    if (to.size === 8) return value.type === 'i64' ? value : builder.convert(from?.signed ? 'sext' : 'zext', value);
    const low = value.type === 'i64' ? builder.convert('trunc', value) : value;
    return this.narrow(low, from && fromSize <= 4 ? from : undefined, to);
  }

  /** An i32 brought into the range of a type of at most 4 bytes. */
  narrow(value: Value, from: IntegerType | undefined, to: IntegerType): Value {
    if (to.size >= 4) return value;
    const fits =
      from && (from.size < to.size ? to.signed || !from.signed : from.size === to.size && from.signed === to.signed);
    if (fits) return value;
    if (to.signed) return this.builder.signExtend(value, (to.size * 8) as 8 | 16);
    return this.builder.binary('and', value, constant('i32', (1 << (to.size * 8)) - 1));
  }

  /** 0 or 1. */
  truth(value: Value): Value {
    if (value.kind === 'constant') return constant('i32', value.value !== 0n ? 1 : 0);
    if (value.kind === 'instruction' && value.op === 'compare') return value;
    return this.builder.compare('ne', value, constant(value.type as 'i32', 0));
  }

  /** A 64-bit value as `type` has it. */
  fromWide(value: Value, type: CType): Value {
    const integer = integerOf(type);
    if (!integer || integer.size === 8) return value;
    const low = this.builder.convert('trunc', value);
    if (integer.rank === 0) return this.builder.binary('and', low, constant('i32', 1));
    return this.narrow(low, undefined, integer);
  }
}

function isScalarKind(kind: string): boolean {
  return kind === 'integer' || kind === 'enum' || kind === 'pointer';
}
