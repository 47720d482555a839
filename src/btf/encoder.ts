// JavaScript values to bytes by type; what does not fit is refused with the path of the field.

import { type Endian, encodeUtf8, suggest, ValueError } from '../base/index.ts';
import type { Btf, TypeId } from './types.ts';
import type { ArrayPlan, BitsPlan, EnumPlan, IntPlan, StringPlan, StructPlan, ValuePlan } from './value-plan.ts';
import { planValue } from './value-plan.ts';

/** Writes a value at an offset; bytes between the members become 0. @throws ValueError when the value has the wrong shape. */
export type Encoder = (value: unknown, into: DataView, offset?: number) => void;

/** How to encode. */
export interface EncoderOptions {
  /** Default: little. */
  readonly endian?: Endian | undefined;
  /** What the value is called in errors; default `value`. */
  readonly name?: string;
}

/**
 * Makes the encoder of a type: takes what `decoder` gives. Integers of any size may be number or bigint, enums name or
 * number; members left out are 0, unknown ones refused. Of a union give one member (or what was decoded).
 * @throws FormatError when the type has no value or is malformed.
 */
export function encoder(btf: Btf, id: TypeId, options: EncoderOptions = {}): Encoder {
  const plan = planValue(btf, id);
  const { endian = 'little', name = 'value' } = options;
  const write = new Maker(endian === 'little').make(plan);
  const { size } = plan;
  return (value, into, offset = 0) => {
    if (!(offset >= 0 && offset + size <= into.byteLength))
      throw new ValueError(name, `needs ${size} bytes, the buffer has ${Math.max(0, into.byteLength - offset)}`);
    new Uint8Array(into.buffer, into.byteOffset + offset, size).fill(0);
    try {
      write(value, into, offset);
    } catch (error) {
      if (error instanceof Mismatch) throw new ValueError(name + error.path, error.problem, { hint: error.hint });
      throw error;
    }
  };
}

type Write = (value: unknown, view: DataView, offset: number) => void;

/** A wrong shape on its way out: every level puts its step before the path. */
class Mismatch {
  path = '';
  readonly problem: string;
  readonly hint: string | undefined;

  constructor(problem: string, hint?: string) {
    this.problem = problem;
    this.hint = hint;
  }
}

/** The error with one more step before its path. */
function within(step: string, error: unknown): unknown {
  if (error instanceof Mismatch) error.path = step + error.path;
  return error;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (ArrayBuffer.isView(value)) return value.constructor.name;
  if (typeof value === 'number' && !Number.isInteger(value)) return `${value}`;
  return typeof value;
}

class Maker {
  readonly #little: boolean;
  readonly #made = new Map<ValuePlan, Write>();

  constructor(little: boolean) {
    this.#little = little;
  }

  make(plan: ValuePlan): Write {
    const known = this.#made.get(plan);
    if (known) return known;
    const make = this.#makers[plan.shape] as (plan: ValuePlan) => Write;
    const made = make(plan);
    this.#made.set(plan, made);
    return made;
  }

  readonly #makers: { readonly [S in ValuePlan['shape']]: (plan: Extract<ValuePlan, { shape: S }>) => Write } = {
    int: (plan) => this.#integer(plan, integerCheck(plan.size * 8, plan.signed)),
    bool: ({ size }) => this.#integer({ shape: 'int', size, signed: false }, checkBoolean),
    enum: (plan) => this.#integer({ ...plan, shape: 'int' }, enumCheck(plan, plan.size * 8)),
    float: ({ size }) => floatWriter(size, this.#little),
    string: (plan) => (value, view, offset) => {
      if (typeof value === 'string' && writeAscii(value, view, offset, plan.size)) return;
      writeBytes(checkString(value, plan), view, offset);
    },
    bytes:
      ({ size }) =>
      (value, view, offset) =>
        writeBytes(checkBytes(value, size), view, offset),
    bits: (plan) => this.#bits(plan),
    array: (plan) => this.#array(plan),
    struct: (plan) => (plan.overlapping ? this.#overlapping(plan) : this.#struct(plan)),
  };

  #integer({ size }: IntPlan, check: Check): Write {
    const little = this.#little;
    const writers: Record<number, Write> = {
      1: (value, view, offset) => view.setUint8(offset, Number(check(value))),
      2: (value, view, offset) => view.setUint16(offset, Number(check(value)), little),
      4: (value, view, offset) => view.setUint32(offset, Number(check(value)), little),
      8: (value, view, offset) => view.setBigUint64(offset, BigInt(check(value)), little),
      16: (value, view, offset) => {
        const wide = BigInt(check(value));
        view.setBigUint64(little ? offset : offset + 8, BigInt.asUintN(64, wide), little);
        view.setBigUint64(little ? offset + 8 : offset, BigInt.asUintN(64, wide >> 64n), little);
      },
    };
    return writers[size] as Write;
  }

  #bits(plan: BitsPlan): Write {
    const { bitOffset, bitSize, plan: inner } = plan;
    const bytes = (bitOffset + bitSize + 7) >>> 3;
    const shift = BigInt(this.#little ? bitOffset : bytes * 8 - bitOffset - bitSize);
    const check = bitCheck(inner, bitSize);
    return (value, view, offset): void => {
      let bits = BigInt.asUintN(bitSize, BigInt(check(value))) << shift;
      for (let i = 0; i < bytes; i++) {
        const at = offset + (this.#little ? i : bytes - 1 - i);
        view.setUint8(at, view.getUint8(at) | Number(bits & 0xffn));
        bits >>= 8n;
      }
    };
  }

  #array({ length, element }: ArrayPlan): Write {
    const write = this.make(element);
    return (value, view, offset): void => {
      if (!Array.isArray(value) && !isTypedArray(value))
        throw new Mismatch(`expected an array of ${length}, got ${describe(value)}`);
      if (value.length !== length) throw new Mismatch(`expected ${length} elements, got ${value.length}`);
      let i = 0;
      try {
        for (; i < length; i++) write(value[i], view, offset + i * element.size);
      } catch (error) {
        throw within(`[${i}]`, error);
      }
    };
  }

  #struct(plan: StructPlan): Write {
    const writers = new Map(
      plan.fields.map(({ name, offset, plan: inner }) => [name, { offset, write: this.make(inner) }]),
    );
    return (value, view, offset): void => {
      const members = membersOf(value, plan);
      let current = '';
      try {
        for (const name of Object.keys(members)) {
          const member = members[name];
          if (member === undefined) continue;
          current = name;
          const field = writers.get(name);
          if (!field) throw unknownMember(name, plan);
          field.write(member, view, offset + field.offset);
        }
      } catch (error) {
        throw within(`.${current}`, error);
      }
    };
  }

  /** Each member on a clean page, the pages laid over each other: what was decoded from the same bytes fits together. */
  #overlapping(plan: StructPlan): Write {
    const writeOne = this.#struct({ ...plan, overlapping: false });
    return (value, view, offset): void => {
      const page = new Uint8Array(plan.size);
      const pageView = new DataView(page.buffer);
      for (const [name, member] of Object.entries(membersOf(value, plan))) {
        page.fill(0);
        writeOne({ [name]: member }, pageView, 0);
        for (let i = 0; i < plan.size; i++) view.setUint8(offset + i, view.getUint8(offset + i) | (page[i] ?? 0));
      }
    };
  }
}

/** What is to be written for a value. @throws Mismatch when it is no value of the type. */
type Check = (value: unknown) => bigint | number;

function bitCheck(plan: BitsPlan['plan'], bits: number): Check {
  if (plan.shape === 'bool') return checkBoolean;
  return plan.shape === 'enum' ? enumCheck(plan, bits) : integerCheck(bits, plan.signed);
}

function membersOf(value: unknown, { name, fields }: StructPlan): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    const some = fields.slice(0, 3).map((field) => field.name);
    const shape = `{ ${some.join(', ')}${fields.length > some.length ? ', ...' : ''} }`;
    throw new Mismatch(`expected an object ${name ? `(${name}) ` : ''}${shape}, got ${describe(value)}`);
  }
  return value as Record<string, unknown>;
}

function unknownMember(name: string, plan: StructPlan): Mismatch {
  const nearest = suggest(
    name,
    plan.fields.map((field) => field.name),
  );
  return new Mismatch(
    `no such member${plan.name ? ` in ${plan.name}` : ''}`,
    nearest === undefined ? undefined : `did you mean "${nearest}"?`,
  );
}

function integerCheck(bits: number, signed: boolean): Check {
  const size = 1n << BigInt(bits);
  const low = signed ? -size / 2n : 0n;
  const high = signed ? size / 2n - 1n : size - 1n;
  const lowNumber = Math.max(Number(low), Number.MIN_SAFE_INTEGER);
  const highNumber = Math.min(Number(high), Number.MAX_SAFE_INTEGER);
  return (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= lowNumber && value <= highNumber) return value;
    if (typeof value === 'bigint' && value >= low && value <= high) return value;
    throw integerMismatch(value, low, high);
  };
}

function integerMismatch(value: unknown, low: bigint, high: bigint): Mismatch {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  if (!isInteger) return new Mismatch(`expected a bigint or integer, got ${describe(value)}`);
  if (value < low || value > high) return new Mismatch(`${value} is outside ${low} .. ${high}`);
  return new Mismatch(`${value} is not exact as a number; use a bigint`);
}

function checkBoolean(value: unknown): number {
  if (typeof value !== 'boolean') throw new Mismatch(`expected a boolean, got ${describe(value)}`);
  return value ? 1 : 0;
}

function enumCheck(plan: EnumPlan, bits: number): Check {
  const check = integerCheck(bits, plan.signed);
  return (value) => {
    if (typeof value !== 'string') return check(value);
    const number = plan.enumerators.values.get(value);
    if (number !== undefined) return number;
    const nearest = suggest(value, plan.enumerators.values.keys());
    throw new Mismatch(`no enumerator "${value}"`, nearest === undefined ? undefined : `did you mean "${nearest}"?`);
  };
}

/** Writes a string of ASCII that fits; false when it is something else (some bytes may be written then). */
function writeAscii(text: string, view: DataView, offset: number, size: number): boolean {
  if (text.length > size) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code >= 0x80) return false;
    view.setUint8(offset + i, code);
  }
  return true;
}

function checkString(value: unknown, { size }: StringPlan): Uint8Array {
  if (typeof value !== 'string') {
    if (value instanceof Uint8Array) return checkBytes(value, size);
    throw new Mismatch(`expected a string, got ${describe(value)}`);
  }
  if (value.includes('\0')) throw new Mismatch('a string cannot hold NUL');
  const bytes = encodeUtf8(value);
  if (bytes.length > size) throw new Mismatch(`a string of ${bytes.length} bytes does not fit into ${size}`);
  return bytes;
}

function checkBytes(value: unknown, size: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Mismatch(`expected a Uint8Array of ${size}, got ${describe(value)}`);
  if (value.length > size) throw new Mismatch(`${value.length} bytes do not fit into ${size}`);
  return value;
}

function writeBytes(bytes: Uint8Array, view: DataView, offset: number): void {
  new Uint8Array(view.buffer, view.byteOffset + offset, bytes.length).set(bytes);
}

function floatWriter(size: 4 | 8, little: boolean): Write {
  return (value, view, offset): void => {
    if (typeof value !== 'number') throw new Mismatch(`expected a number, got ${describe(value)}`);
    if (size === 4) view.setFloat32(offset, value, little);
    else view.setFloat64(offset, value, little);
  };
}

function isTypedArray(value: unknown): value is ArrayLike<number | bigint> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
