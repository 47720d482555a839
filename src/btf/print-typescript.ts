// Prints types as TypeScript: exactly the values that `decoder` gives.

import type { Btf, TypeId } from './types.ts';
import {
  type ArrayPlan,
  type EnumPlan,
  type FieldPlan,
  isWide,
  type StructPlan,
  type ValuePlan,
  ValuePlanner,
} from './value-plan.ts';

/**
 * Prints an interface or type alias for each type, and for all that they need: integers of 64 bits are `bigint`, `char[]`
 * is `string`, enums are their names or a number.
 * @throws FormatError when a type has no value or is malformed.
 */
export function printTypeScript(btf: Btf, ids: readonly TypeId[]): string {
  const printer = new TypeScriptPrinter(btf);
  for (const id of ids) printer.declare(id);
  return printer.declarations();
}

// Longer arrays are printed as `T[]`.
const longestTuple = 8;

// What a declaration must not be called.
const reservedNames: ReadonlySet<string> = new Set([
  'Array',
  'Uint8Array',
  'DataView',
  'Map',
  'Set',
  'Object',
  'String',
  'Number',
  'Boolean',
  'Promise',
  'Record',
  'Partial',
  'Readonly',
]);

/** Collects declarations while types are referred to; for modules that also have maps and globals to type. */
export class TypeScriptPrinter {
  readonly #btf: Btf;
  readonly #planner: ValuePlanner;
  readonly #names = new Map<ValuePlan, string>();
  readonly #taken = new Set<string>(reservedNames);
  readonly #declarations: string[] = [];

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#planner = new ValuePlanner(btf);
  }

  /** The type's text, as in `number`, `[bigint, bigint]` or `Event`; what it refers to is declared. */
  reference(id: TypeId): string {
    return this.#text(this.#planner.plan(id));
  }

  /** Declares a type under its own name (or `name`), whatever it is. Returns the name. */
  declare(id: TypeId, name?: string): string {
    const plan = this.#planner.plan(id);
    const known = this.#names.get(plan);
    if (known !== undefined && name === undefined) return known;
    const type = this.#btf.type(id);
    const own = name ?? ('name' in type && type.name !== '' ? type.name : `type_${id}`);
    if (plan.shape === 'struct' && known === undefined) return this.#interface(plan, own);
    if (plan.shape === 'enum' && known === undefined) return this.#enumeration(plan, own);
    const alias = this.#unique(own);
    this.#declarations.push(`export type ${alias} = ${this.#text(plan)};\n`);
    return alias;
  }

  /** All declarations so far. */
  declarations(): string {
    return this.#declarations.join('\n');
  }

  #text(plan: ValuePlan): string {
    switch (plan.shape) {
      case 'int':
        return isWide(plan.size) ? 'bigint' : 'number';
      case 'bits':
        return this.#text(plan.plan);
      case 'bool':
        return 'boolean';
      case 'float':
        return 'number';
      case 'string':
        return 'string';
      case 'bytes':
        return 'Uint8Array';
      case 'array':
        return this.#array(plan);
      case 'enum':
        return this.#names.get(plan) ?? (plan.name === '' ? enumText(plan) : this.#enumeration(plan, plan.name));
      case 'struct':
        return this.#names.get(plan) ?? (plan.name === '' ? this.#body(plan, '') : this.#interface(plan, plan.name));
    }
  }

  #array({ length, element }: ArrayPlan): string {
    const text = this.#text(element);
    if (length > 0 && length <= longestTuple) return `[${Array.from({ length }, () => text).join(', ')}]`;
    return /^[\w[\], ]+$/.test(text) ? `${text}[]` : `(${text})[]`;
  }

  #interface(plan: StructPlan, name: string): string {
    const unique = this.#unique(name);
    this.#names.set(plan, unique);
    const place = this.#declarations.push('') - 1;
    this.#declarations[place] = `export interface ${unique} ${this.#body(plan, '')}\n`;
    return unique;
  }

  #body({ fields }: StructPlan, indent: string): string {
    if (fields.length === 0) return '{}';
    // Flattened members may have one name twice (never in C); the last is what an object has.
    const unique = new Map(fields.map((field) => [field.name, field]));
    const lines = Array.from(unique.values(), (field) => `${indent}  ${this.#field(field, `${indent}  `)}`);
    return `{\n${lines.join('\n')}\n${indent}}`;
  }

  #field({ name, plan }: FieldPlan, indent: string): string {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const isInline = plan.shape === 'struct' && plan.name === '' && !this.#names.has(plan);
    return `${key}: ${isInline ? this.#body(plan, indent) : this.#text(plan)};`;
  }

  #enumeration(plan: EnumPlan, name: string): string {
    const unique = this.#unique(name);
    this.#names.set(plan, unique);
    this.#declarations.push(`export type ${unique} = ${enumText(plan)};\n`);
    return unique;
  }

  #unique(name: string): string {
    const wanted = pascalCase(name);
    let unique = wanted;
    for (let count = 2; this.#taken.has(unique); count++) unique = `${wanted}${count}`;
    this.#taken.add(unique);
    return unique;
  }
}

/** `task_struct` -> `TaskStruct`. */
function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const text = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(text) ? text : `_${text}`;
}

function enumText({ enumerators, size }: EnumPlan): string {
  const names = Array.from(new Set(enumerators.values.keys()), (name) => quote(name));
  return [...names, isWide(size) ? 'bigint' : 'number'].join(' | ');
}

function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
