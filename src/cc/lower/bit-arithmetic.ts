import { integerOf, pointee } from '../check/ctypes.ts';
import type { CType, IntegerType, Typed } from '../check/types.ts';
import { constant } from '../ir/build.ts';
import type { Value } from '../ir/types.ts';
import { WideLowering } from './wide.ts';

type Builtin = Typed & { readonly kind: 'builtin' };

/** Adds what `__builtin_*_overflow`, popcount, clz and ctz are made of. */
export abstract class BitArithmeticLowering extends WideLowering {
  overflow(op: 'add' | 'sub' | 'mul', node: Builtin): Value {
    const [left, right, result] = node.arguments as readonly [Typed, Typed, Typed];
    const target = integerOf(pointee(result.type) as CType) as IntegerType;
    const types = [left, right].map(({ type }) => integerOf(type) as IntegerType);
    const { builder } = this;
    const values = [this.value(left), this.value(right)];
    const pointer = this.value(result);
    const isNarrow = target.size <= 4 && types.every(({ size }) => size <= 4);
    const signedAll = types.some(({ signed }) => signed);
    const extended = values.map((value, i) => this.resize(value, 'i64', types[i]?.signed ?? false)) as [Value, Value];
    const exact = builder.binary(op, ...extended);
    const address = { base: pointer, offset: 0, core: undefined, align: target.size, volatile: false };
    const stored = this.convertInteger(exact, undefined, target);
    this.storeScalar(address, stored, target);
    if (isNarrow) return this.doesNotFit(exact, stored, target, { op, unsignedProduct: op === 'mul' && !signedAll });
    return this.wideOverflow(op, extended, exact, { target, signed: types.map(({ signed }) => signed), stored });
  }

  /** Whether a result computed in 64 bits changed when it was cut to its type. */
  doesNotFit(
    exact: Value,
    stored: Value,
    target: IntegerType,
    how: { readonly op: string; readonly unsignedProduct: boolean },
  ): Value {
    const back = this.resize(stored, 'i64', target.signed);
    const differs = this.builder.compare('ne', back, exact);
    return how.unsignedProduct && target.signed
      ? this.builder.binary('or', differs, this.builder.compare('slt', exact, constant('i64', 0)))
      : differs;
  }

  wideOverflow(
    op: 'add' | 'sub' | 'mul',
    [a, b]: readonly [Value, Value],
    exact: Value,
    how: { readonly target: IntegerType; readonly signed: readonly boolean[]; readonly stored: Value },
  ): Value {
    const { builder } = this;
    const { target, signed, stored } = how;
    const wraps = this.wraps64(op, [a, b], exact, signed[0] === true && signed[1] === true);
    if (target.size === 8) {
      if (signed[0] === signed[1] && target.signed === signed[0]) return wraps;
      const negative = builder.compare('slt', exact, constant('i64', 0));
      return builder.binary('or', wraps, negative);
    }
    const back = this.resize(stored, 'i64', target.signed);
    return builder.binary('or', wraps, builder.compare('ne', back, exact));
  }

  wraps64(op: 'add' | 'sub' | 'mul', [a, b]: readonly [Value, Value], exact: Value, signed: boolean): Value {
    const { builder } = this;
    const zero = constant('i64', 0);
    if (op === 'mul') return this.productWraps(a, b, exact, signed);
    if (!signed) return op === 'add' ? builder.compare('ult', exact, a) : builder.compare('ult', a, b);
    const changed = builder.binary('xor', exact, a);
    const other = op === 'add' ? builder.binary('xor', exact, b) : builder.binary('xor', a, b);
    return builder.compare('slt', builder.binary('and', changed, other), zero);
  }

  productWraps(a: Value, b: Value, exact: Value, signed: boolean): Value {
    const { builder } = this;
    let high = this.multiplyHigh(a, b);
    if (!signed) return builder.compare('ne', high, constant('i64', 0));
    const sign = constant('i64', 63);
    high = builder.binary('sub', high, builder.binary('and', builder.binary('ashr', a, sign), b));
    high = builder.binary('sub', high, builder.binary('and', builder.binary('ashr', b, sign), a));
    return builder.compare('ne', high, builder.binary('ashr', exact, sign));
  }

  popcount(value: Value): Value {
    const { builder } = this;
    const type = value.type as 'i32' | 'i64';
    const mask = (pattern: bigint): Value => constant(type, BigInt.asUintN(type === 'i32' ? 32 : 64, pattern));
    const c = (n: number): Value => constant(type, n);
    const pairs = builder.binary(
      'sub',
      value,
      builder.binary('and', builder.binary('lshr', value, c(1)), mask(0x5555555555555555n)),
    );
    const low = builder.binary('and', pairs, mask(0x3333333333333333n));
    const nibbles = builder.binary(
      'add',
      low,
      builder.binary('and', builder.binary('lshr', pairs, c(2)), mask(0x3333333333333333n)),
    );
    const bytes = builder.binary(
      'and',
      builder.binary('add', nibbles, builder.binary('lshr', nibbles, c(4))),
      mask(0x0f0f0f0f0f0f0f0fn),
    );
    const sum = builder.binary(
      'lshr',
      builder.binary('mul', bytes, mask(0x0101010101010101n)),
      c(type === 'i32' ? 24 : 56),
    );
    return this.resize(sum, 'i32', false);
  }

  /** Ones below and at the highest set bit; their complement counts the leading zeros. */
  leadingZeros(value: Value): Value {
    const { builder } = this;
    const type = value.type as 'i32' | 'i64';
    let smeared = value;
    for (let shift = 1; shift < (type === 'i32' ? 32 : 64); shift *= 2) {
      smeared = builder.binary('or', smeared, builder.binary('lshr', smeared, constant(type, shift)));
    }
    return this.popcount(builder.binary('xor', smeared, constant(type, -1)));
  }

  trailingZeros(value: Value): Value {
    const { builder } = this;
    const type = value.type as 'i32' | 'i64';
    const below = builder.binary('sub', value, constant(type, 1));
    return this.popcount(builder.binary('and', builder.binary('xor', value, constant(type, -1)), below));
  }
}
