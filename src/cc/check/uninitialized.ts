// Locals that are read before anything can have been written to them, as clang's -Wuninitialized.

import type { Diagnostics } from '../diagnostics.ts';
import { isScalar, isVoid } from './ctypes.ts';
import type { LocalInitial, Place, Typed, TypedStatement, Variable } from './types.ts';

type ValueVisitor<K extends Typed['kind']> = (this: UninitializedUses, node: Typed & { readonly kind: K }) => void;
type StatementVisitor<K extends TypedStatement['kind']> = (
  this: UninitializedUses,
  node: TypedStatement & { readonly kind: K },
) => void;

/**
 * Follows a function in the order of its text, with the variables that some way there may have written. Where control can
 * come from further down (loops, labels), all that is written down there counts, so that only certain faults are reported.
 */
class UninitializedUses {
  readonly #diagnostics: Diagnostics;
  /** Locals declared without a value. */
  readonly #declared = new Set<Variable>();
  readonly #written = new Set<Variable>();
  /** Only writes are noted, nothing is reported. */
  #collecting = false;

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  run(body: TypedStatement): void {
    this.statement(body);
  }

  value(node: Typed | undefined): void {
    if (node) (values[node.kind] as ValueVisitor<Typed['kind']>).call(this, node);
  }

  statement(node: TypedStatement | undefined): void {
    if (node) (statements[node.kind] as StatementVisitor<TypedStatement['kind']>).call(this, node);
  }

  /** What is written anywhere inside may have been written before. */
  repeated(...parts: readonly (() => void)[]): void {
    if (!this.#collecting) {
      this.#collecting = true;
      for (const part of parts) part();
      this.#collecting = false;
    }
    for (const part of parts) part();
  }

  declare(variable: Variable): void {
    if (isScalar(variable.type)) this.#declared.add(variable);
  }

  /** The variable a place is, or lies in; values on the way to it are visited. */
  place(place: Place): Variable | undefined {
    switch (place.kind) {
      case 'variable':
        return place.variable;
      case 'member':
        return this.place(place.object);
      case 'element':
        this.value(place.index);
        return this.place(place.array);
      case 'dereference':
        this.value(place.pointer);
        return undefined;
      case 'temporary':
        this.value(place.value);
        return undefined;
      case 'compound-literal':
        this.initial(place.initial);
        return undefined;
      default:
        return undefined;
    }
  }

  initial(initial: LocalInitial | undefined): void {
    for (const { value } of initial?.stores ?? []) this.value(value);
  }

  read(place: Place): void {
    const variable = this.place(place);
    if (!variable || this.#collecting || !this.#declared.has(variable) || this.#written.has(variable)) return;
    this.#written.add(variable);
    const message = `variable '${variable.name}' is uninitialized when used here`;
    const note = {
      severity: 'note',
      code: 'declared',
      message: 'it is declared here without a value',
      span: variable.span,
    } as const;
    this.#diagnostics.warning('uninitialized', message, place.span, { notes: [note] });
  }

  /** A store, or the address taken, through which anything may be stored. */
  write(place: Place): void {
    const variable = this.place(place);
    if (variable) this.#written.add(variable);
  }
}

function nothing(): void {}

const values: { readonly [K in Typed['kind']]: ValueVisitor<K> } = {
  constant: nothing,
  float: nothing,
  error: nothing,
  'function-address': nothing,
  load(node): void {
    this.read(node.place);
  },
  address(node): void {
    this.write(node.place);
  },
  convert(node): void {
    // `(void)x` says that a variable is known to be unused.
    if (isVoid(node.type) && node.value.kind === 'load') this.place(node.value.place);
    else this.value(node.value);
  },
  unary(node): void {
    this.value(node.value);
  },
  arithmetic: both,
  compare: both,
  'pointer-difference': both,
  logical: both,
  comma: both,
  'pointer-add'(node): void {
    this.value(node.pointer);
    this.value(node.offset);
  },
  conditional(node): void {
    this.value(node.condition);
    this.value(node.then);
    this.value(node.else);
  },
  assign(node): void {
    this.value(node.value);
    this.write(node.target);
  },
  'compound-assign'(node): void {
    this.value(node.value);
    this.read(node.target);
    this.write(node.target);
  },
  call(node): void {
    if (node.callee.kind === 'pointer') this.value(node.callee.value);
    for (const argument of node.arguments) this.value(argument);
  },
  builtin(node): void {
    for (const argument of node.arguments) this.value(argument);
  },
  'statement-expression'(node): void {
    for (const statement of node.body) this.statement(statement);
    this.value(node.result);
  },
};

function both(this: UninitializedUses, node: { readonly left: Typed; readonly right: Typed }): void {
  this.value(node.left);
  this.value(node.right);
}

const statements: { readonly [K in TypedStatement['kind']]: StatementVisitor<K> } = {
  expression(node): void {
    this.value(node.value);
  },
  block(node): void {
    for (const statement of node.body) this.statement(statement);
  },
  local(node): void {
    this.initial(node.initial);
    if (!node.initial) this.declare(node.variable);
  },
  if(node): void {
    this.value(node.condition);
    this.statement(node.then);
    this.statement(node.else);
  },
  loop(node): void {
    this.statement(node.init);
    const test = (): void => this.value(node.condition);
    const body = (): void => this.statement(node.body);
    const step = (): void => this.value(node.step);
    if (node.testAfter) this.repeated(body, test);
    else this.repeated(test, body, step);
  },
  switch(node): void {
    this.value(node.value);
    this.statement(node.body);
  },
  case(node): void {
    this.statement(node.body);
  },
  break: nothing,
  continue: nothing,
  empty: nothing,
  return(node): void {
    this.value(node.value);
  },
  goto: nothing,
  label(node): void {
    this.statement(node.body);
  },
  asm(node): void {
    for (const { place, value } of node.inputs) {
      this.value(value);
      if (place) this.write(place);
    }
    for (const { place } of node.outputs) if (place) this.write(place);
  },
};

/** Warns of reads of locals that cannot have a value. Not for bodies with labels: control may come to those from anywhere. */
export function checkUninitialized(body: TypedStatement, diagnostics: Diagnostics): void {
  new UninitializedUses(diagnostics).run(body);
}
