// Builds a table of types: by hand (compilers) or by copying from another table.

import { FormatError, UsageError } from '../base/index.ts';
import { mapReferences, referencesOf } from './references.ts';
import type { Btf, BtfKind, BtfType, TypeId } from './types.ts';

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

  findAll(name: string): readonly TypeId[] {
    return [...(this.base?.findAll(name) ?? []), ...this.#ownNamed(name)];
  }

  /**
   * Copies a type and all that it refers to from another table; what was copied before is used again. Returns its id here.
   * @throws FormatError when the source's types are malformed.
   */
  import(source: Btf, id: TypeId, options: ImportOptions = {}): TypeId {
    const known = this.#imports.get(source) ?? new Map<string, TypeId>();
    this.#imports.set(source, known);
    return new Importer(this, source, known, options.pointees === 'forward').copy(id);
  }

  #ownNamed(name: string): readonly TypeId[] {
    return [...(this.#byName.get(name) ?? [])].sort((a, b) => a - b);
  }
}

/** One type to copy: whether a struct there may be a mere forward declaration. */
interface Task {
  readonly id: TypeId;
  readonly forward: boolean;
}

/** Depth-first copy with a stack of its own: chains of pointers through structs are thousands of types long. */
class Importer {
  readonly #builder: BtfBuilder;
  readonly #source: Btf;
  readonly #known: Map<string, TypeId>;
  readonly #pruning: boolean;
  readonly #open = new Set<string>();

  constructor(builder: BtfBuilder, source: Btf, known: Map<string, TypeId>, pruning: boolean) {
    this.#builder = builder;
    this.#source = source;
    this.#known = known;
    this.#pruning = pruning;
  }

  copy(id: TypeId): TypeId {
    const root: Task = { id, forward: false };
    const stack: Task[] = [root];
    for (let task = stack.at(-1); task; task = stack.at(-1)) {
      const waiting = this.#isDone(task) ? [] : this.#visit(task);
      if (waiting.length === 0) stack.pop();
      else stack.push(...waiting);
    }
    return this.#target(root);
  }

  #key({ id, forward }: Task): string {
    return forward && this.#pruning ? `${id} forward` : `${id}`;
  }

  #isDone(task: Task): boolean {
    return task.id === 0 || (this.#known.has(this.#key(task)) && !this.#open.has(this.#key(task)));
  }

  #target(task: Task): TypeId {
    const id = task.id === 0 ? 0 : this.#known.get(this.#key(task));
    if (id === undefined) throw new FormatError('BTF', `type ${task.id} contains itself`);
    return id;
  }

  /** Copies the type if all it refers to is there; else returns what has to be copied first. */
  #visit(task: Task): Task[] {
    const key = this.#key(task);
    const type = this.#source.type(task.id);
    const isStruct = type.kind === 'struct' || type.kind === 'union';
    if (task.forward && this.#pruning && isStruct && type.name !== '') {
      this.#known.set(key, this.#builder.add({ kind: 'fwd', name: type.name, union: type.kind === 'union' }));
      return [];
    }
    if (!this.#open.has(key)) {
      this.#open.add(key);
      if (isStruct) this.#known.set(key, this.#builder.reserve());
      const children = referencesOf(type).map((id) => this.#child(task, type, id));
      const waiting = children.filter((child) => !this.#isDone(child) && !this.#isOpenStruct(child));
      if (waiting.some((child) => this.#open.has(this.#key(child))))
        throw new FormatError('BTF', `type ${task.id} contains itself`);
      if (waiting.length > 0) return waiting;
    }
    const copy = mapReferences(type, (id) => this.#target(this.#child(task, type, id)));
    const reserved = this.#known.get(key);
    this.#known.set(key, reserved === undefined ? this.#builder.add(copy) : this.#builder.define(reserved, copy));
    this.#open.delete(key);
    return [];
  }

  /** Inside structs, what a pointer points to may be forward. */
  #child(parent: Task, type: BtfType, id: TypeId): Task {
    const transparent =
      type.kind === 'ptr' || type.kind === 'const' || type.kind === 'volatile' || type.kind === 'typeTag';
    if (type.kind === 'struct' || type.kind === 'union') return { id, forward: this.#isPointer(id) };
    return { id, forward: parent.forward && transparent };
  }

  #isPointer(id: TypeId): boolean {
    let type = this.#source.type(id);
    for (let steps = 0; steps < 32; steps++) {
      if (type.kind !== 'const' && type.kind !== 'volatile' && type.kind !== 'restrict') break;
      type = this.#source.type(type.type);
    }
    return type.kind === 'ptr';
  }

  #isOpenStruct(task: Task): boolean {
    return this.#open.has(this.#key(task)) && this.#known.has(this.#key(task));
  }
}
