// How the values of a type lie in memory, and what they are in JavaScript: what decoders, encoders and the TypeScript
// printer share. A new shape: here, in generate-decoder.ts, closure-decoder.ts and encoder.ts.

import { FormatError } from '../base/index.ts';
import { resolve, transparentKinds } from './layout.ts';
import type { Btf, BtfMember, BtfType, BtfTypeOf, TypeId } from './types.ts';

/** Names of an enum's values; the first of several names for one value decodes, all encode. */
export interface EnumNames {
  readonly names: ReadonlyMap<bigint, string>;
  readonly values: ReadonlyMap<string, bigint>;
}

/** Reading of a number. `size` is that of the declared type: 8 and 16 give bigint. */
export interface IntPlan {
  readonly shape: 'int';
  readonly size: number;
  readonly signed: boolean;
}

/** Fields of a struct, union or data section; those of anonymous members stand among them. */
export interface StructPlan {
  readonly shape: 'struct';
  readonly name: string;
  readonly size: number;
  readonly fields: readonly FieldPlan[];
  /** Some fields share bytes (unions). */
  readonly overlapping: boolean;
}

/** One named field. */
export interface FieldPlan {
  readonly name: string;
  /** In bytes, from the start of the struct. */
  readonly offset: number;
  readonly plan: ValuePlan;
}

/** Some bits of an integer, enum or bool; on big-endian machines counted from the highest. */
export interface BitsPlan {
  readonly shape: 'bits';
  readonly size: number;
  /** Within the byte at the field's offset. */
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly plan: IntPlan | BoolPlan | EnumPlan;
}

/** `_Bool`: any byte but 0 is true. */
export interface BoolPlan {
  readonly shape: 'bool';
  readonly size: number;
}

/** A name, or the number where no name has it. */
export interface EnumPlan {
  readonly shape: 'enum';
  readonly name: string;
  readonly size: number;
  readonly signed: boolean;
  readonly enumerators: EnumNames;
}

/** `char[n]`: UTF-8 up to the first NUL. */
export interface StringPlan {
  readonly shape: 'string';
  readonly size: number;
}

/** Elements one after another. */
export interface ArrayPlan {
  readonly shape: 'array';
  readonly size: number;
  readonly length: number;
  readonly element: ValuePlan;
}

/** IEEE 754, 4 or 8 bytes. */
export interface FloatPlan {
  readonly shape: 'float';
  readonly size: 4 | 8;
}

/** What JavaScript has no value for (long double): a copy of the bytes. */
export interface BytesPlan {
  readonly shape: 'bytes';
  readonly size: number;
}

/** Memory and JavaScript shape of a type's values. */
export type ValuePlan =
  | IntPlan
  | BoolPlan
  | EnumPlan
  | StringPlan
  | ArrayPlan
  | FloatPlan
  | BytesPlan
  | BitsPlan
  | StructPlan;

/** Whether a plan's integers are bigint. */
export function isWide(size: number): boolean {
  return size > 4;
}

/** An array of these is a string: `char`, but neither `signed char` nor `unsigned char`. */
export function isCharacter(type: BtfType): boolean {
  return type.kind === 'int' && type.size === 1 && (type.encoding === 'char' || type.name === 'char');
}

/**
 * Plans the values of a type.
 * @throws FormatError when it has none (functions, void, forward declarations) or is malformed.
 */
export function planValue(btf: Btf, id: TypeId): ValuePlan {
  return new ValuePlanner(btf).plan(id);
}

// Elements of size 0 in hostile types would take forever without one byte of input.
const maximumElements = 1 << 26;

/** Plans types of one table; the same type gets the same plan. */
export class ValuePlanner {
  readonly #btf: Btf;
  readonly #plans = new Map<TypeId, ValuePlan | 'open'>();
  readonly #weights = new Map<ValuePlan, number>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  plan(id: TypeId): ValuePlan {
    const resolved = resolve(this.#btf, id);
    const known = this.#plans.get(resolved);
    if (known === 'open') throw new FormatError('BTF', `type ${id} contains itself`);
    if (known) return known;
    this.#plans.set(resolved, 'open');
    const plan = this.#planType(named(this.#btf.type(resolved), this.#typedefOf(id)), resolved);
    if (this.#weight(plan) > maximumElements) throw new FormatError('BTF', `type ${id} is absurdly large`);
    this.#plans.set(resolved, plan);
    return plan;
  }

  /** The name that a typedef gives to what it stands for; empty where there is none. */
  #typedefOf(id: TypeId): string {
    let name = '';
    let type = this.#btf.type(id);
    while (isTransparent(type)) {
      if (type.kind === 'typedef') name = type.name;
      type = this.#btf.type(type.type);
    }
    return name;
  }

  #planType(type: BtfType, id: TypeId): ValuePlan {
    switch (type.kind) {
      case 'int':
        if (type.encoding === 'bool') return { shape: 'bool', size: type.size };
        return narrowed(type);
      case 'ptr':
        return { shape: 'int', size: 8, signed: false };
      case 'enum':
      case 'enum64':
        return { shape: 'enum', name: type.name, size: type.size, signed: type.signed, enumerators: enumNames(type) };
      case 'float':
        return type.size === 4 || type.size === 8
          ? { shape: 'float', size: type.size }
          : { shape: 'bytes', size: type.size };
      case 'array':
        return this.#planArray(type);
      case 'struct':
      case 'union':
        return this.#planStruct(type.name, type.size, type.members);
      case 'var':
        return this.plan(type.type);
      case 'datasec':
        return this.#planDataSection(type);
      default:
        throw new FormatError('BTF', `a ${type.kind} has no value (type ${id})`);
    }
  }

  #planArray({ type, length }: BtfTypeOf<'array'>): ValuePlan {
    if (isCharacter(this.#btf.type(resolve(this.#btf, type)))) return { shape: 'string', size: length };
    const element = this.plan(type);
    return { shape: 'array', size: element.size * length, length, element };
  }

  #planStruct(name: string, size: number, members: readonly BtfMember[]): StructPlan {
    const fields = members.flatMap((member) => this.#planMember(name, size, member));
    return { shape: 'struct', name, size, fields, overlapping: overlaps(fields) };
  }

  #planDataSection({ name, size, variables }: BtfTypeOf<'datasec'>): StructPlan {
    const members = variables.flatMap(({ type, offset }): BtfMember[] => {
      const variable = this.#btf.type(type);
      return variable.kind === 'var' ? [{ name: variable.name, type, bitOffset: offset * 8, bitSize: 0 }] : [];
    });
    return this.#planStruct(name, size, members);
  }

  #planMember(struct: string, structSize: number, member: BtfMember): FieldPlan[] {
    const whole = this.plan(member.type);
    const offset = member.bitOffset >>> 3;
    const bitOffset = member.bitOffset & 7;
    const bits = member.bitSize || (bitOffset === 0 ? 0 : whole.size * 8);
    const end = bits > 0 ? member.bitOffset + bits : member.bitOffset + whole.size * 8;
    if (end > structSize * 8) throw new FormatError('BTF', `member ${struct}.${member.name} lies outside its struct`);
    if (bits === 0) {
      if (member.name !== '') return [{ name: member.name, offset, plan: whole }];
      if (whole.shape !== 'struct') return [];
      return whole.fields.map((field) => ({ ...field, offset: field.offset + offset }));
    }
    if (bits > 64 || !(whole.shape === 'int' || whole.shape === 'bool' || whole.shape === 'enum'))
      throw new FormatError('BTF', `member ${struct}.${member.name} is no bit-field`);
    if (member.name === '') return [];
    const plan: BitsPlan = { shape: 'bits', size: whole.size, bitOffset, bitSize: bits, plan: whole };
    return [{ name: member.name, offset, plan }];
  }

  /** Values that one value is made of. */
  #weight(plan: ValuePlan): number {
    const known = this.#weights.get(plan);
    if (known !== undefined) return known;
    let weight = 1;
    if (plan.shape === 'array') weight += plan.length * this.#weight(plan.element);
    if (plan.shape === 'struct') for (const field of plan.fields) weight += this.#weight(field.plan);
    this.#weights.set(plan, weight);
    return weight;
  }
}

type Transparent = BtfTypeOf<'typedef' | 'const' | 'volatile' | 'restrict' | 'typeTag'>;

function isTransparent(type: BtfType): type is Transparent {
  return transparentKinds.has(type.kind);
}

/** An anonymous struct or enum under its typedef's name. */
function named(type: BtfType, typedef: string): BtfType {
  return 'name' in type && type.name === '' ? { ...type, name: typedef } : type;
}

/** An integer that uses some of its bytes' bits only, as in BTF before Linux 4.20. */
function narrowed({ size, encoding, bits, bitOffset }: BtfTypeOf<'int'>): ValuePlan {
  const plan: IntPlan = { shape: 'int', size, signed: encoding === 'signed' };
  if (bits === size * 8 || bits > 64) return plan;
  return { shape: 'bits', size, bitOffset, bitSize: bits, plan };
}

function enumNames({ values }: BtfTypeOf<'enum'> | BtfTypeOf<'enum64'>): EnumNames {
  const names = new Map<bigint, string>();
  for (const { name, value } of values) if (!names.has(value)) names.set(value, name);
  return { names, values: new Map(values.map(({ name, value }) => [name, value])) };
}

/** Bits that a field covers, from the start of the struct. */
function extent({ offset, plan }: FieldPlan): readonly [start: number, end: number] {
  if (plan.shape !== 'bits') return [offset * 8, (offset + plan.size) * 8];
  const start = offset * 8 + plan.bitOffset;
  return [start, start + plan.bitSize];
}

function overlaps(fields: readonly FieldPlan[]): boolean {
  const extents = fields.map(extent).sort(([a], [b]) => a - b);
  let reached = 0;
  for (const [start, end] of extents) {
    if (start < reached && end > start) return true;
    reached = Math.max(reached, end);
  }
  return false;
}
