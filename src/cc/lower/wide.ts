// 128-bit integers: two 64-bit halves in memory, worked on piece by piece.

import { boolType, integerOf, sizeOf } from '../check/ctypes.ts';
import type { ArithmeticOperator, ComparisonOperator, CType, IntegerType } from '../check/types.ts';
import { constant } from '../ir/build.ts';
import type { Predicate, Value } from '../ir/types.ts';
import { irType } from './places.ts';
import { ValueLowering } from './values.ts';

interface Halves {
  readonly low: Value;
  readonly high: Value;
}

const zero = constant('i64', 0);

/** Adds 128-bit arithmetic. */
export abstract class WideLowering extends ValueLowering {
  halves(address: Value): Halves {
    const access = { base: address, offset: 0, relocation: undefined, volatile: false };
    const how = { width: 8, signed: false } as const;
    return {
      low: this.builder.load(access, 'i64', how),
      high: this.builder.load({ ...access, offset: 8 }, 'i64', how),
    };
  }

  fromHalves({ low, high }: Halves, type: CType): Value {
    const memory = this.temporary(type);
    this.builder.store(this.access(memory), low, 8);
    this.builder.store(this.access({ ...memory, offset: 8 }), high, 8);
    return this.pointer(memory);
  }

  override wideArithmetic(op: ArithmeticOperator, left: Value, right: Value, type: CType): Value {
    const a = this.halves(left);
    if (op === '<<' || op === '>>')
      return this.fromHalves(this.shift(op, a, right, integerOf(type)?.signed ?? false), type);
    const b = this.halves(right);
    const { builder } = this;
    switch (op) {
      case '&':
      case '|':
      case '^': {
        const name = ({ '&': 'and', '|': 'or', '^': 'xor' } as const)[op];
        return this.fromHalves(
          { low: builder.binary(name, a.low, b.low), high: builder.binary(name, a.high, b.high) },
          type,
        );
      }
      case '+':
        return this.fromHalves(this.add(a, b), type);
      case '-':
        return this.fromHalves(this.subtract(a, b), type);
      case '*':
        return this.fromHalves(this.multiply(a, b), type);
      default:
        this.context.diagnostics.error(
          'int128',
          `128-bit ${op === '/' ? 'division' : 'remainder'} is not supported by BPF`,
          builder.span,
        );
        return left;
    }
  }

  add(a: Halves, b: Halves): Halves {
    const { builder } = this;
    const low = builder.binary('add', a.low, b.low);
    const carry = builder.convert('zext', builder.compare('ult', low, a.low));
    return { low, high: builder.binary('add', builder.binary('add', a.high, b.high), carry) };
  }

  subtract(a: Halves, b: Halves): Halves {
    const { builder } = this;
    const borrow = builder.convert('zext', builder.compare('ult', a.low, b.low));
    const high = builder.binary('sub', builder.binary('sub', a.high, b.high), borrow);
    return { low: builder.binary('sub', a.low, b.low), high };
  }

  /** High half of the product of two 64-bit numbers, by 32-bit pieces. */
  multiplyHigh(x: Value, y: Value): Value {
    const { builder } = this;
    const mask = constant('i64', 0xffffffffn);
    const half = constant('i64', 32);
    const split = (value: Value): Halves => ({
      low: builder.binary('and', value, mask),
      high: builder.binary('lshr', value, half),
    });
    const [a, b] = [split(x), split(y)];
    const low = builder.binary('mul', a.low, b.low);
    const first = builder.binary('add', builder.binary('mul', a.high, b.low), builder.binary('lshr', low, half));
    const second = builder.binary('add', builder.binary('mul', a.low, b.high), builder.binary('and', first, mask));
    const high = builder.binary('add', builder.binary('mul', a.high, b.high), builder.binary('lshr', first, half));
    return builder.binary('add', high, builder.binary('lshr', second, half));
  }

  multiply(a: Halves, b: Halves): Halves {
    const { builder } = this;
    const cross = builder.binary('add', builder.binary('mul', a.low, b.high), builder.binary('mul', a.high, b.low));
    return {
      low: builder.binary('mul', a.low, b.low),
      high: builder.binary('add', this.multiplyHigh(a.low, b.low), cross),
    };
  }

  shift(op: '<<' | '>>', a: Halves, by: Value, signed: boolean): Halves {
    const { builder } = this;
    const count = by.type === 'i64' ? by : by.type === 'i32' ? builder.convert('zext', by) : this.halves(by).low;
    const fillHigh = signed ? builder.binary('ashr', a.high, constant('i64', 63)) : zero;
    if (count.kind === 'constant')
      return this.shiftBy(op, a, { count: Number(count.value & 127n), signed, fill: fillHigh });
    // Both ways at once: below 64 and from 64 on; the second picked by a mask of the count.
    const isFar = builder.convert('zext', builder.compare('uge', count, constant('i64', 64)));
    const far = builder.binary('sub', zero, isFar);
    const near = builder.binary('xor', far, constant('i64', -1));
    const pick = (a1: Value, a2: Value): Value =>
      builder.binary('or', builder.binary('and', a1, near), builder.binary('and', a2, far));
    // x >> (64 - n) without a count of 64: shift by one first.
    const rest = builder.binary('xor', builder.binary('and', count, constant('i64', 63)), constant('i64', 63));
    const within = builder.binary('and', count, constant('i64', 63));
    if (op === '<<') {
      const spill = builder.binary('lshr', builder.binary('lshr', a.low, constant('i64', 1)), rest);
      const moved = builder.binary('shl', a.low, within);
      return {
        low: pick(moved, zero),
        high: pick(builder.binary('or', builder.binary('shl', a.high, within), spill), moved),
      };
    }
    const spill = builder.binary('shl', builder.binary('shl', a.high, constant('i64', 1)), rest);
    const moved = builder.binary(signed ? 'ashr' : 'lshr', a.high, within);
    return {
      low: pick(builder.binary('or', builder.binary('lshr', a.low, within), spill), moved),
      high: pick(moved, fillHigh),
    };
  }

  shiftBy(
    op: '<<' | '>>',
    a: Halves,
    how: { readonly count: number; readonly signed: boolean; readonly fill: Value },
  ): Halves {
    const { builder } = this;
    const { count, signed, fill } = how;
    const c = (n: number): Value => constant('i64', n);
    if (count === 0) return a;
    const right = signed ? 'ashr' : 'lshr';
    if (op === '<<') {
      if (count >= 64) return { low: zero, high: builder.binary('shl', a.low, c(count - 64)) };
      const spill = builder.binary('lshr', a.low, c(64 - count));
      return {
        low: builder.binary('shl', a.low, c(count)),
        high: builder.binary('or', builder.binary('shl', a.high, c(count)), spill),
      };
    }
    if (count >= 64) return { low: builder.binary(right, a.high, c(count - 64)), high: fill };
    const spill = builder.binary('shl', a.high, c(64 - count));
    return {
      low: builder.binary('or', builder.binary('lshr', a.low, c(count)), spill),
      high: builder.binary(right, a.high, c(count)),
    };
  }

  override wideCompare(op: ComparisonOperator, left: Value, right: Value, type: CType): Value {
    const { builder } = this;
    const [a, b] = [this.halves(left), this.halves(right)];
    if (op === '==' || op === '!=') {
      const difference = builder.binary(
        'or',
        builder.binary('xor', a.low, b.low),
        builder.binary('xor', a.high, b.high),
      );
      return builder.compare(op === '==' ? 'eq' : 'ne', difference, zero);
    }
    const signed = integerOf(type)?.signed ?? false;
    const strict: Predicate = (op.startsWith('<') ? (signed ? 'slt' : 'ult') : signed ? 'sgt' : 'ugt') as Predicate;
    const low: Predicate = ({ '<': 'ult', '>': 'ugt', '<=': 'ule', '>=': 'uge' } as const)[op];
    const same = builder.compare('eq', a.high, b.high);
    const lower = builder.binary('and', same, builder.compare(low, a.low, b.low));
    return builder.binary('or', builder.compare(strict, a.high, b.high), lower);
  }

  override wideUnary(op: '-' | '~', value: Value, type: CType): Value {
    const a = this.halves(value);
    if (op === '-') return this.fromHalves(this.subtract({ low: zero, high: zero }, a), type);
    const ones = constant('i64', -1);
    return this.fromHalves(
      { low: this.builder.binary('xor', a.low, ones), high: this.builder.binary('xor', a.high, ones) },
      type,
    );
  }

  override wideConvert(value: Value, from: CType, to: CType): Value {
    const { builder } = this;
    if (sizeOf(from) !== 16) return this.widen(value, from, to);
    if (sizeOf(to) === 16) return value;
    const { low, high } = this.halves(value);
    const target = to.canonical;
    if (integerOf(to) === boolType) return builder.compare('ne', builder.binary('or', low, high), zero);
    if (target.kind === 'pointer') return builder.convert('to-ptr', low);
    return this.convertInteger(low, undefined, integerOf(to) as IntegerType);
  }

  widen(value: Value, from: CType, to: CType): Value {
    const { builder } = this;
    const signed = integerOf(from)?.signed ?? false;
    const low = irType(from) === 'ptr' ? builder.convert('to-int', value) : this.resize(value, 'i64', signed);
    const high = signed ? builder.binary('ashr', low, constant('i64', 63)) : zero;
    return this.fromHalves({ low, high }, to);
  }
}
