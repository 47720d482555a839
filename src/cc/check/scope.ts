// What names mean, scope by scope; names that the text never declared are fetched from headers and BTF.

import type { Diagnostic } from '../../base/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { Headers } from '../headers/types.ts';
import type { Declaration, TypeNode } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import type { BtfTypes } from './btf-types.ts';
import type { CType, EnumType, FunctionSymbol, RecordType, Typed, Variable } from './types.ts';

/** What an ordinary identifier can be. */
export type NamedThing =
  | Variable
  | FunctionSymbol
  | { readonly kind: 'typedef'; readonly type: CType; readonly span: Span | undefined }
  | {
      readonly kind: 'enumerator';
      readonly type: EnumType;
      readonly index: number;
      readonly value: bigint;
      readonly span: Span | undefined;
    };

/** One scope. */
export interface Scope {
  readonly names: Map<string, NamedThing>;
  readonly tags: Map<string, RecordType | EnumType>;
  /** Labels declared with `__label__`: what each is called in the function. */
  readonly labels: Map<string, string>;
}

/** What the checker is given. */
export interface CheckEnvironment {
  /** Name of the text, as its spans have it. */
  readonly name: string;
  readonly diagnostics: Diagnostics;
  readonly headers: Headers;
  /** Types of the target. */
  readonly btf: BtfTypes | undefined;
  /** Parses text out of the built-in headers. */
  readonly parseBuiltin: (text: string) => readonly Declaration[];
}

/** Scopes and the search through them. */
export abstract class ScopedChecker {
  readonly environment: CheckEnvironment;
  readonly diagnostics: Diagnostics;
  readonly scopes: Scope[] = [newScope()];
  /** Tags the text defines in file scope: these win over BTF even where they are used before. */
  ownTags: ReadonlySet<string> = new Set();
  ownTypedefs: ReadonlySet<string> = new Set();
  /** Variables that the text names, functions that may stay unused. */
  readonly mentioned = new Set<Variable | FunctionSymbol>();
  /** Values of the constant locals seen so far. */
  readonly constants = new Map<Variable, Typed>();
  readonly #fetched = new Set<string>();

  constructor(environment: CheckEnvironment) {
    this.environment = environment;
    this.diagnostics = environment.diagnostics;
  }

  /** Checks declarations in file scope. */
  abstract declareAll(declarations: readonly Declaration[]): void;
  abstract resolveType(node: TypeNode): CType;

  get fileScope(): Scope {
    return this.scopes[0] as Scope;
  }

  get scope(): Scope {
    return this.scopes[this.scopes.length - 1] as Scope;
  }

  get isFileScope(): boolean {
    return this.scopes.length === 1;
  }

  inScope<T>(work: () => T): T {
    this.scopes.push(newScope());
    try {
      return work();
    } finally {
      this.scopes.pop();
    }
  }

  declareName(name: string, thing: NamedThing): void {
    this.scope.names.set(name, thing);
  }

  /** What the text's own scopes say of a name. */
  ownName(name: string): NamedThing | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i]?.names.get(name);
      if (found) return found;
    }
    return undefined;
  }

  /** A name, fetched from headers or BTF if need be. */
  lookup(name: string): NamedThing | undefined {
    const own = this.ownName(name);
    if (own) return own;
    if (this.#fetch(name)) {
      const fetched = this.fileScope.names.get(name);
      if (fetched) return fetched;
    }
    const found = this.#fromBtf(name);
    if (found) this.fileScope.names.set(name, found);
    return found;
  }

  /** Declares `name` from the built-in headers; true if they know it. */
  #fetch(name: string): boolean {
    if (this.#fetched.has(name)) return false;
    this.#fetched.add(name);
    const text = this.environment.headers.declaration(name);
    if (text === undefined) return false;
    this.atFileScope(() => this.declareAll(this.environment.parseBuiltin(text)));
    return true;
  }

  /** Runs `work` as if outside all functions. */
  atFileScope(work: () => void): void {
    const inner = this.scopes.splice(1);
    try {
      work();
    } finally {
      this.scopes.length = 1;
      this.scopes.push(...inner);
    }
  }

  #fromBtf(name: string): NamedThing | undefined {
    const { btf } = this.environment;
    if (!btf) return undefined;
    const tag = this.environment.headers.enumTag(name);
    const typedef = tag !== undefined || this.ownTypedefs.has(name) ? undefined : btf.typedef(name);
    if (typedef) return { kind: 'typedef', type: typedef, span: undefined };
    const enumerator = btf.enumerator(name, tag);
    if (enumerator) return { kind: 'enumerator', ...enumerator, span: undefined };
    return undefined;
  }

  /** The struct, union or enum of a tag; `kind` tells which is meant. */
  lookupTag(tag: string, kind: 'struct' | 'union' | 'enum'): RecordType | EnumType | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i]?.tags.get(tag);
      if (found) return found;
    }
    if (this.ownTags.has(tag)) return undefined;
    const key = `tag ${tag}`;
    const text = this.#fetched.has(key) ? undefined : this.environment.headers.tag(tag);
    this.#fetched.add(key);
    if (text !== undefined) {
      this.atFileScope(() => this.declareAll(this.environment.parseBuiltin(text)));
      return this.fileScope.tags.get(tag);
    }
    const { btf } = this.environment;
    const found = kind === 'enum' ? btf?.enum(tag) : btf?.record(tag, kind === 'union');
    if (found) this.fileScope.tags.set(tag, found);
    return found;
  }

  /** Every name in sight, for suggestions. */
  *visibleNames(): Generator<string, void> {
    for (const { names } of this.scopes) yield* names.keys();
    yield* this.environment.headers.names();
  }

  previousNote(message: string, span: Span | undefined): Diagnostic[] {
    return span ? [{ severity: 'note', code: 'previous', message, span }] : [];
  }
}

function newScope(): Scope {
  return { names: new Map(), tags: new Map(), labels: new Map() };
}
