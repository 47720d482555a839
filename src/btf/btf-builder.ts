// Builds a table of types: by hand (compilers) or by copying from another table.

import { FormatError, UsageError } from '../base/index.ts';
import { mapReferences } from './references.ts';
import type { Btf, BtfKind, BtfType, BtfTypeOf, TypeId } from './types.ts';

/** How {@link BtfBuilder.import} copies. */
export interface ImportOptions {
  /** `forward`: structs reached only by pointers inside structs become forward declarations, as clang has it. Default `all`. */
  readonly pointees?: 'all' | 'forward';
}

// These are the same type when they look the same; structs, enums, functions and variables have an identity of their own.
const sharedKinds: ReadonlySet<BtfKind> = new Set<BtfKind>([
  'int',
  'ptr',
  'array',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'funcProto',
  'float',
  'typeTag',
]);

/** A growing table of types. Identical simple types (integers, pointers, typedefs, ...) get one id. */
export class BtfBuilder implements Btf {
  readonly base: Btf | undefined;
  readonly firstId: TypeId;
  readonly #types: (BtfType | undefined)[] = [];
  readonly #shared = new Map<string, TypeId>();
  readonly #byName = new Map<string, TypeId[]>();
  readonly #imports = new WeakMap<Btf, Map<string, TypeId>>();

  constructor(options: { readonly base?: Btf } = {}) {
    this.base = options.base;
    this.firstId = options.base?.length ?? 1;
  }

  get length(): number {
    return this.firstId + this.#types.length;
  }

  /** Adds a type, or finds the simple one that is the same. Returns its id. */
  add(type: BtfType): TypeId {
    if (type.kind === 'void') return 0;
    if (!sharedKinds.has(type.kind)) return this.define(this.reserve(), type);
    const key = JSON.stringify(type);
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const id = this.define(this.reserve(), type);
    this.#shared.set(key, id);
    return id;
  }

  /** An id for a type that is not yet complete (a struct that refers to itself); {@link define} has to follow. */
  reserve(): TypeId {
    this.#types.push(undefined);
    return this.length - 1;
  }

  /** Gives a reserved id its type, or replaces one's type by another of the same name. Returns the id. */
  define(id: TypeId, type: BtfType): TypeId {
    if (id < this.firstId || id >= this.length) throw new UsageError(`type ${id} was not reserved`);
    const before = this.#types[id - this.firstId];
    this.#types[id - this.firstId] = type;
    if (before) return id;
    const name = 'name' in type ? type.name : '';
    if (name === '') return id;
    const ids = this.#byName.get(name);
    if (ids) ids.push(id);
    else this.#byName.set(name, [id]);
    return id;
  }

  type(id: TypeId): BtfType {
    if (id === 0) return { kind: 'void' };
    if (this.base && id < this.firstId) return this.base.type(id);
    const type = this.#types[id - this.firstId];
    if (!type) throw new FormatError('BTF', `no type ${id}: there are ${this.length}, or it was reserved only`);
    return type;
  }

  find(name: string, kind?: BtfKind): TypeId | undefined {
    const ids = this.#ownNamed(name);
    const own = kind === undefined ? ids[0] : ids.find((id) => this.type(id).kind === kind);
    return own ?? this.base?.find(name, kind);
  }

  findAll(name: string, kind?: BtfKind): readonly TypeId[] {
    const own = this.#ownNamed(name).filter((id) => kind === undefined || this.type(id).kind === kind);
    return [...(this.base?.findAll(name, kind) ?? []), ...own];
  }

  findEnumerator(name: string): TypeId | undefined {
    const position = this.#types.findIndex(
      (type) => (type?.kind === 'enum' || type?.kind === 'enum64') && type.values.some((item) => item.name === name),
    );
    return position < 0 ? this.base?.findEnumerator(name) : this.firstId + position;
  }

  /**
   * Copies a type and all that it refers to from another table; what was copied before is used again. Returns its id here.
   * @throws FormatError when the source's types are malformed.
   */
  import(source: Btf, id: TypeId, options: ImportOptions = {}): TypeId {
    if (source === this || (source === this.base && id < this.firstId)) return id;
    const known = this.#imports.get(source) ?? new Map<string, TypeId>();
    this.#imports.set(source, known);
    return new Importer(this, source, known, options.pointees === 'forward').copy(id);
  }

  #ownNamed(name: string): readonly TypeId[] {
    return [...(this.#byName.get(name) ?? [])].sort((a, b) => a - b);
  }
}

/** A struct that has its id here and still needs its members. */
interface OpenStruct {
  readonly id: TypeId;
  readonly copy: TypeId;
}

// Pointers to pointers to functions: nothing sensible is nested deeper.
const maximumDepth = 256;

/** Copies a type: structs, the only way to a cycle, get an id first and their members later. */
class Importer {
  readonly #builder: BtfBuilder;
  readonly #source: Btf;
  readonly #known: Map<string, TypeId>;
  readonly #pruning: boolean;
  readonly #queue: OpenStruct[] = [];

  constructor(builder: BtfBuilder, source: Btf, known: Map<string, TypeId>, pruning: boolean) {
    this.#builder = builder;
    this.#source = source;
    this.#known = known;
    this.#pruning = pruning;
  }

  copy(id: TypeId): TypeId {
    const copy = this.#reference(id, false, 0);
    for (let open = this.#queue.pop(); open; open = this.#queue.pop()) {
      const struct = mapReferences(this.#source.type(open.id), (member) =>
        this.#reference(member, this.#pruning && this.#isPointer(member), 0),
      );
      this.#builder.define(open.copy, struct);
    }
    return copy;
  }

  /** Id here of one of the source's types; `forward`: a struct may be a mere forward declaration. */
  #reference(id: TypeId, forward: boolean, depth: number): TypeId {
    if (id === 0) return 0;
    if (depth > maximumDepth) throw new FormatError('BTF', `type ${id} contains itself`);
    const key = forward ? `${id} forward` : `${id}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const copy = this.#copyType(id, forward, depth);
    this.#known.set(key, copy);
    return copy;
  }

  #copyType(id: TypeId, forward: boolean, depth: number): TypeId {
    const type = this.#source.type(id);
    if (type.kind === 'struct' || type.kind === 'union') {
      if (forward && type.name !== '')
        return this.#builder.add({ kind: 'fwd', name: type.name, union: type.kind === 'union' });
      const copy = this.#builder.reserve();
      this.#queue.push({ id, copy });
      return copy;
    }
    const stays = forward && staysForward.has(type.kind);
    return this.#builder.add(mapReferences(type, (child) => this.#reference(child, stays, depth + 1)));
  }

  #isPointer(id: TypeId): boolean {
    let type = this.#source.type(id);
    for (let steps = 0; steps < maximumDepth && qualifiers.has(type.kind); steps++)
      type = this.#source.type((type as BtfTypeOf<'const'>).type);
    return type.kind === 'ptr';
  }
}

const qualifiers: ReadonlySet<BtfKind> = new Set<BtfKind>(['const', 'volatile', 'restrict']);

/** Behind these, what may be forward may still be. */
const staysForward: ReadonlySet<BtfKind> = new Set<BtfKind>(['ptr', 'const', 'volatile', 'restrict', 'typeTag']);
