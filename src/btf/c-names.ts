// Names of types in C, unique in their name space: the second `struct foo` becomes `foo___2`, as CO-RE's flavours have it.

import type { Btf, TypeId } from './types.ts';

const identifier = /^[A-Za-z_$][\w$]*$/;

/** A C identifier as near to the name as can be (Rust's names have colons and brackets). */
export function toIdentifier(name: string): string {
  if (identifier.test(name)) return name;
  const legal = name.replace(/[^\w$]/g, '_');
  return /^\d/.test(legal) ? `_${legal}` : legal;
}

/** The names of one printed file. */
export class CNames {
  readonly #btf: Btf;
  readonly #tags = new Map<string, number>();
  // The compiler's own, which is another type on another machine: the types' becomes `__builtin_va_list___2`.
  readonly #identifiers = new Map<string, number>([['__builtin_va_list', 1]]);
  readonly #known = new Map<TypeId, string>();
  readonly #forwards = new Map<string, string>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** The tag of a struct, union, enum or forward declaration, or a typedef's name. Empty where it has none. */
  of(id: TypeId): string {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const type = this.#btf.type(id);
    const name = 'name' in type && type.name !== '' ? toIdentifier(type.name) : '';
    const unique = name === '' ? '' : this.#unique(id, name);
    this.#known.set(id, unique);
    return unique;
  }

  /** A name for an enumerator, variable or function. */
  identifier(name: string): string {
    return unused(this.#identifiers, toIdentifier(name));
  }

  #unique(id: TypeId, name: string): string {
    const type = this.#btf.type(id);
    if (type.kind === 'typedef') return unused(this.#identifiers, name);
    if (type.kind !== 'fwd') return unused(this.#tags, name);
    // A forward declaration means the struct of that name, where there is one.
    const keyword = type.union ? 'union' : 'struct';
    const target = this.#btf.find(type.name, keyword);
    if (target !== undefined) return this.of(target);
    const known = this.#forwards.get(`${keyword} ${name}`) ?? unused(this.#tags, name);
    this.#forwards.set(`${keyword} ${name}`, known);
    return known;
  }
}

function unused(taken: Map<string, number>, name: string): string {
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  return count === 1 ? name : unused(taken, `${name}___${count}`);
}
