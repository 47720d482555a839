// Decoders as generated JavaScript: one object literal per struct, which engines turn into straight loads and stores.
// Several times as fast as closures.

import type { Endian } from '../base/index.ts';
import type { RawDecoder } from './closure-decoder.ts';
import { nameOf, namesByNumber, readBits, readBytes, readInt128, readString } from './read-values.ts';
import type { ArrayPlan, BitsPlan, EnumPlan, IntPlan, StructPlan, ValuePlan } from './value-plan.ts';

/** Makes the decoder of a plan; undefined where code cannot be generated. */
export function generatedDecoder(plan: ValuePlan, endian: Endian): RawDecoder | undefined {
  const generator = new Generator(endian === 'little');
  const expression = generator.expression(plan, 'o');
  const body = `'use strict';\n${generator.functions.join('\n')}\nreturn (v, o) => ${expression};`;
  try {
    const parameters = ['readString', 'readBytes', 'readInt128', 'readBits', 'nameOf', 'data'];
    const make = new Function(...parameters, body);
    return make(readString, readBytes, readInt128, readBits, nameOf, generator.data) as RawDecoder;
  } catch (error) {
    // A content policy forbids it; anything else is ours and must be seen.
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

const intMethods: Readonly<Record<number, readonly [unsigned: string, signed: string]>> = {
  1: ['getUint8', 'getInt8'],
  2: ['getUint16', 'getInt16'],
  4: ['getUint32', 'getInt32'],
  8: ['getBigUint64', 'getBigInt64'],
};

type Expression<P> = (plan: P, at: string) => string;

class Generator {
  /** Functions of structs and arrays. */
  readonly functions: string[] = [];
  /** What the code refers to as `data[i]`: no name of the input but property names gets into the code itself. */
  readonly data: unknown[] = [];
  readonly #little: boolean;
  readonly #names = new Map<ValuePlan, string>();

  constructor(little: boolean) {
    this.#little = little;
  }

  expression(plan: ValuePlan, at: string): string {
    return (this.#expressions[plan.shape] as Expression<ValuePlan>)(plan, at);
  }

  readonly #expressions: { readonly [S in ValuePlan['shape']]: Expression<Extract<ValuePlan, { shape: S }>> } = {
    int: (plan, at) => this.#int(plan, at),
    bool: ({ size }, at) => `Number(${this.#int({ shape: 'int', size, signed: false }, at)}) !== 0`,
    enum: (plan, at) => this.#enum(plan, at),
    string: ({ size }, at) => `readString(v, ${at}, ${size})`,
    bytes: ({ size }, at) => `readBytes(v, ${at}, ${size})`,
    float: ({ size }, at) => `v.getFloat${size * 8}(${at}, ${this.#little})`,
    bits: (plan, at) => this.#bits(plan, at),
    array: (plan, at) => `${this.#array(plan)}(v, ${at})`,
    struct: (plan, at) => `${this.#struct(plan)}(v, ${at})`,
  };

  #datum(value: unknown): string {
    return `data[${this.data.push(value) - 1}]`;
  }

  #int({ size, signed }: IntPlan, at: string): string {
    const method = intMethods[size]?.[signed ? 1 : 0];
    if (!method) return `readInt128(v, ${at}, ${this.#little}, ${signed})`;
    return size === 1 ? `v.${method}(${at})` : `v.${method}(${at}, ${this.#little})`;
  }

  #enum(plan: EnumPlan, at: string): string {
    const value = this.#int({ shape: 'int', size: plan.size, signed: plan.signed }, at);
    if (plan.size === 8) return `nameOf(${value}, ${this.#datum(plan)})`;
    const name = `e${this.functions.length}`;
    this.functions.push(`const ${name}Names = ${this.#datum(namesByNumber(plan))};`);
    this.functions.push(`const ${name} = (n) => ${name}Names.get(n) ?? n;`);
    return `${name}(${value})`;
  }

  /** Few bits of a small integer by shifts; the rest through bigint. */
  #bits(plan: BitsPlan, at: string): string {
    const { bitOffset, bitSize } = plan;
    const bytes = (bitOffset + bitSize + 7) >>> 3;
    const inner = plan.plan;
    if (bytes > 4 || inner.shape === 'enum' || inner.size > 4)
      return `readBits(v, ${at}, ${this.#datum(plan)}, ${this.#little})`;
    const loads = Array.from({ length: bytes }, (_, i) => {
      const shift = this.#little ? i * 8 : (bytes - 1 - i) * 8;
      return `v.getUint8(${at} + ${i}) << ${shift}`;
    });
    const drop = this.#little ? bitOffset : bytes * 8 - bitOffset - bitSize;
    // To the top, then down again: the shift down extends the sign or not.
    const raised = `(${loads.join(' | ')}) << ${32 - drop - bitSize}`;
    if (inner.shape === 'bool') return `(${raised}) >>> ${32 - bitSize} !== 0`;
    return inner.signed ? `(${raised}) >> ${32 - bitSize}` : `(${raised}) >>> ${32 - bitSize}`;
  }

  #array(plan: ArrayPlan): string {
    return this.#define(plan, (name) => {
      const element = this.expression(plan.element, `o + i * ${plan.element.size}`);
      return `function ${name}(v, o) {
  const r = new Array(${plan.length});
  for (let i = 0; i < ${plan.length}; i++) r[i] = ${element};
  return r;
}`;
    });
  }

  #struct(plan: StructPlan): string {
    return this.#define(plan, (name) => {
      const fields = plan.fields.map(({ name: field, offset, plan: inner }) => {
        const value = this.expression(inner, offset === 0 ? 'o' : `o + ${offset}`);
        return `[${JSON.stringify(field)}]: ${value}`;
      });
      return `function ${name}(v, o) { return { ${fields.join(', ')} }; }`;
    });
  }

  /** The function of a plan, written once. */
  #define(plan: ValuePlan, write: (name: string) => string): string {
    const known = this.#names.get(plan);
    if (known) return known;
    const name = `f${this.#names.size}`;
    this.#names.set(plan, name);
    this.functions.push(write(name));
    return name;
  }
}
