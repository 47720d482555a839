// Decoders made of closures, for places where code must not be generated (browsers with a strict content policy).

import type { Endian } from '../base/index.ts';
import { nameOf, namesByNumber, readBits, readBytes, readInt128, readString } from './read-values.ts';
import type { ArrayPlan, EnumPlan, IntPlan, StructPlan, ValuePlan } from './value-plan.ts';

/** Reads a value; the caller has checked that all its bytes are there. */
export type RawDecoder = (view: DataView, offset: number) => unknown;

/** Makes the decoder of a plan. */
export function closureDecoder(plan: ValuePlan, endian: Endian): RawDecoder {
  return new Maker(endian === 'little').make(plan);
}

class Maker {
  readonly #little: boolean;
  readonly #made = new Map<ValuePlan, RawDecoder>();

  constructor(little: boolean) {
    this.#little = little;
  }

  make(plan: ValuePlan): RawDecoder {
    const known = this.#made.get(plan);
    if (known) return known;
    const made = this.#makeNew(plan);
    this.#made.set(plan, made);
    return made;
  }

  #makeNew(plan: ValuePlan): RawDecoder {
    const little = this.#little;
    switch (plan.shape) {
      case 'int':
        return intDecoder(plan, little);
      case 'bool': {
        const read = intDecoder({ shape: 'int', size: plan.size, signed: false }, little);
        return (view, offset): unknown => Number(read(view, offset)) !== 0;
      }
      case 'enum':
        return enumDecoder(plan, little);
      case 'string':
        return (view, offset): unknown => readString(view, offset, plan.size);
      case 'bytes':
        return (view, offset): unknown => readBytes(view, offset, plan.size);
      case 'float':
        return plan.size === 4
          ? (view, offset): unknown => view.getFloat32(offset, little)
          : (view, offset): unknown => view.getFloat64(offset, little);
      case 'bits':
        return (view, offset): unknown => readBits(view, offset, plan, little);
      case 'array':
        return this.#array(plan);
      case 'struct':
        return this.#struct(plan);
    }
  }

  #array({ length, element }: ArrayPlan): RawDecoder {
    const decode = this.make(element);
    const stride = element.size;
    return (view, offset): unknown => Array.from({ length }, (_, index) => decode(view, offset + index * stride));
  }

  #struct({ fields }: StructPlan): RawDecoder {
    const decoders = fields.map(({ plan }) => this.make(plan));
    return (view, offset): unknown => {
      const result: Record<string, unknown> = {};
      for (const [index, { name, offset: at }] of fields.entries()) {
        const value = decoders[index]?.(view, offset + at);
        if (name === '__proto__') Object.defineProperty(result, name, { value, enumerable: true });
        else result[name] = value;
      }
      return result;
    };
  }
}

function intDecoder({ size, signed }: IntPlan, little: boolean): RawDecoder {
  switch (size) {
    case 1:
      return signed
        ? (view, offset): unknown => view.getInt8(offset)
        : (view, offset): unknown => view.getUint8(offset);
    case 2:
      return signed
        ? (view, offset): unknown => view.getInt16(offset, little)
        : (view, offset): unknown => view.getUint16(offset, little);
    case 4:
      return signed
        ? (view, offset): unknown => view.getInt32(offset, little)
        : (view, offset): unknown => view.getUint32(offset, little);
    case 8:
      return signed
        ? (view, offset): unknown => view.getBigInt64(offset, little)
        : (view, offset): unknown => view.getBigUint64(offset, little);
    default:
      return (view, offset): unknown => readInt128(view, offset, little, signed);
  }
}

function enumDecoder(plan: EnumPlan, little: boolean): RawDecoder {
  const read = intDecoder({ shape: 'int', size: plan.size, signed: plan.signed }, little);
  if (plan.size === 8) return (view, offset): unknown => nameOf(read(view, offset) as bigint, plan);
  const names = namesByNumber(plan);
  return (view, offset): unknown => {
    const value = read(view, offset) as number;
    return names.get(value) ?? value;
  };
}
