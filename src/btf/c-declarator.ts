// C declarators, inside out: `int (*(*name)[3])(void)`.

import { FormatError } from '../base/index.ts';
import type { Btf, BtfKind, BtfType, BtfTypeOf, TypeId } from './types.ts';

/** Text of what a declaration starts with: `struct foo`, `u32`, or a whole anonymous struct. */
export type BaseText = (id: TypeId, type: BtfType) => string;

// Hostile types refer to each other in exponentially many ways.
const maximumSteps = 100_000;
const maximumDepth = 200;

const qualifierKinds: ReadonlySet<BtfKind> = new Set<BtfKind>(['const', 'volatile', 'restrict', 'typeTag']);

/** Writes declarations of a table's types. */
export class Declarator {
  readonly #btf: Btf;
  readonly #base: BaseText;
  #steps = 0;
  #depth = 0;

  constructor(btf: Btf, base: BaseText) {
    this.#btf = btf;
    this.#base = base;
  }

  /** The declaration of `name` as of that type, or the type's name where `name` is empty. */
  declare(id: TypeId, name: string): string {
    return this.#deeper(id, () => this.#declare(id, name));
  }

  /** @throws FormatError instead, where types go round in circles or fan out without end. */
  #deeper(id: TypeId, declare: () => string): string {
    if (this.#depth === 0) this.#steps = 0;
    if (++this.#steps > maximumSteps || this.#depth > maximumDepth)
      throw new FormatError('BTF', `type ${id} is nested too deeply or contains itself`);
    this.#depth++;
    try {
      return declare();
    } finally {
      this.#depth--;
    }
  }

  /** The parameter list of a function type, without brackets. */
  parameters({ parameters }: BtfTypeOf<'funcProto'>, named: boolean): string {
    if (parameters.length === 0) return 'void';
    return parameters
      .map(({ name, type }, index) => {
        const isVariadic = type === 0 && name === '' && index === parameters.length - 1;
        return isVariadic ? '...' : this.declare(type, named ? name : '');
      })
      .join(', ');
  }

  #declare(id: TypeId, name: string): string {
    const type = this.#btf.type(id);
    if (qualifierKinds.has(type.kind)) return this.#declareQualified(id, name);
    switch (type.kind) {
      case 'ptr': {
        const target = this.#btf.type(this.#skipQualifiers(type.type));
        const isSuffixed = target.kind === 'array' || target.kind === 'funcProto';
        return this.declare(type.type, isSuffixed ? `(*${name})` : `*${name}`);
      }
      case 'array':
        return this.declare(type.type, `${name}[${type.length}]`);
      case 'funcProto':
        return this.declare(type.returnType, `${name}(${this.parameters(type, false)})`);
      default: {
        const base = this.#base(id, type);
        return name === '' ? base : `${base} ${name}`;
      }
    }
  }

  /** Qualifiers of pointers stand right of the star, all others before the type; an array's are its elements'. */
  #declareQualified(id: TypeId, name: string, outer: readonly string[] = []): string {
    const words = [...new Set([...outer, ...this.#qualifiers(id)])];
    const target = this.#skipQualifiers(id);
    const type = this.#btf.type(target);
    if (type.kind === 'array')
      return this.#deeper(id, () => this.#declareQualified(type.type, `${name}[${type.length}]`, words));
    if (type.kind === 'ptr') {
      const right = words.filter((word) => !word.startsWith('__attribute__')).join(' ');
      return this.declare(target, name === '' || right === '' ? `${right}${name}` : `${right} ${name}`);
    }
    const left = words.filter((word) => word !== 'restrict');
    if (type.kind === 'funcProto' || left.length === 0) return this.declare(target, name);
    return `${left.join(' ')} ${this.declare(target, name)}`;
  }

  #qualifiers(id: TypeId): string[] {
    const words = new Set<string>();
    let type = this.#btf.type(id);
    for (let steps = 0; steps < maximumSteps && qualifierKinds.has(type.kind); steps++) {
      words.add(type.kind === 'typeTag' ? tagText(type) : type.kind);
      type = this.#btf.type((type as BtfTypeOf<'const'>).type);
    }
    return [...words];
  }

  #skipQualifiers(id: TypeId): TypeId {
    let at = id;
    for (let steps = 0; steps < maximumSteps; steps++) {
      const type = this.#btf.type(at);
      if (!qualifierKinds.has(type.kind)) return at;
      at = (type as BtfTypeOf<'const'>).type;
    }
    throw new FormatError('BTF', `type ${id} contains itself`);
  }
}

function tagText({ name, attribute }: BtfTypeOf<'typeTag'>): string {
  return attribute ? `__attribute__((${name}))` : `__attribute__((btf_type_tag(${JSON.stringify(name)})))`;
}

const keywords: Partial<Record<BtfKind, string>> = { struct: 'struct', union: 'union', enum: 'enum', enum64: 'enum' };

/** `struct`, `union` or `enum`; empty for everything that needs none. */
export function keywordOf(type: BtfType): string {
  if (type.kind === 'fwd') return type.union ? 'union' : 'struct';
  return keywords[type.kind] ?? '';
}

/**
 * The type's name in C, as in `struct task_struct *` or `char [16]`; anonymous types as `struct {...}`.
 * @throws FormatError when the type is malformed.
 */
export function typeName(btf: Btf, id: TypeId): string {
  const declarator = new Declarator(btf, (_, type) => {
    if (type.kind === 'void') return 'void';
    const name = 'name' in type ? type.name : '';
    const keyword = keywordOf(type);
    if (keyword === '') return name;
    return name === '' ? `${keyword} {...}` : `${keyword} ${name}`;
  });
  const type = btf.type(id);
  if (type.kind === 'func' || type.kind === 'var') return declarator.declare(type.type, type.name);
  if (type.kind === 'datasec' || type.kind === 'declTag') return type.name;
  return declarator.declare(id, '');
}
