// Where pointers of a BCC program lead: the program's own memory, the kernel's, a user's. Flow-insensitive, across functions.

import { helpers } from '../../spec/index.ts';
import { hasTag, isPointer, pointee } from '../check/ctypes.ts';
import type { CType, FunctionSymbol, Place, Typed, Variable } from '../check/types.ts';
import { hasTypedArguments } from './programs.ts';
import { eachChild, helperOf, type TreeNode } from './typed-tree.ts';

/**
 * What a pointer (or an integer made of one) leads to.
 *
 * - `own`: stack, map values, context, packet: loads are direct.
 * - `args`: the context of a program whose arguments the verifier knows by type.
 * - `typed`: a kernel object the verifier knows by its BTF type: loads through struct members are direct.
 * - `kernel`, `user`: memory to be read by a helper.
 */
export type Provenance = 'own' | 'args' | 'typed' | 'kernel' | 'user';

type Call = Typed & { readonly kind: 'call' };

/** Tags of contexts with members that the verifier makes pointers of; all others of theirs are numbers. */
const packetMembers: ReadonlySet<string> = new Set([
  'data',
  'data_end',
  'data_meta',
  'sk',
  'flow_keys',
  'migrating_sk',
  'optval',
  'optval_end',
]);
const packetContexts: ReadonlySet<string> = new Set([
  '__sk_buff',
  'xdp_md',
  'sk_msg_md',
  'bpf_sock_ops',
  'bpf_sockopt',
  'bpf_sk_lookup',
  'sk_reuseport_md',
  'bpf_sock_addr',
]);

/** Helpers that read memory to where their first argument points, and what a pointer found there leads to. */
const readHelpers: ReadonlyMap<number, Provenance> = new Map([
  [4, 'kernel'],
  [112, 'user'],
  [113, 'kernel'],
]);

/** Of two ways to the same pointer: what is safe for both. A read by helper works on one's own memory too. */
export function join(a: Provenance | undefined, b: Provenance | undefined): Provenance | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  if (a === 'user' || b === 'user') return 'user';
  if ((a === 'own' && b === 'args') || (a === 'args' && b === 'own')) return 'own';
  return 'kernel';
}

/** The pointer at the root of a place, or the variable it lies in. */
export function rootOf(place: Place): Place {
  let at = place;
  for (;;) {
    if (at.kind === 'member') at = at.object;
    else if (at.kind === 'element') at = at.array;
    else return at;
  }
}

function recordTag(type: CType): string | undefined {
  const record = type.canonical;
  return record.kind === 'record' ? record.tag : undefined;
}

/** Solves for all variables and functions of a program at once. */
export class ProvenanceAnalysis {
  readonly #variables = new Map<Variable, Provenance>();
  readonly #returns = new Map<FunctionSymbol, Provenance>();
  #changed = true;

  constructor(functions: readonly FunctionSymbol[]) {
    for (const fn of functions) this.#seed(fn);
    for (let round = 0; this.#changed && round < 20; round++) {
      this.#changed = false;
      for (const fn of functions) if (fn.body) this.#visit(fn.body, fn);
    }
  }

  /** The context is the program's own; what it holds depends on the kind of program. */
  #seed(fn: FunctionSymbol): void {
    const [context] = fn.parameters;
    if (!context || fn.section === undefined) return;
    this.#variables.set(context, hasTypedArguments(fn.section) || fn.section.startsWith('iter/') ? 'args' : 'own');
  }

  #note<K>(map: Map<K, Provenance>, key: K, found: Provenance | undefined): void {
    const before = map.get(key);
    const after = join(before, found);
    if (after === undefined || after === before) return;
    map.set(key, after);
    this.#changed = true;
  }

  #visit(node: TreeNode, fn: FunctionSymbol): void {
    eachChild(node, (child) => this.#visit(child, fn));
    switch (node.kind) {
      case 'local':
        for (const store of node.initial?.stores ?? []) {
          if (store.offset === 0 && node.initial?.stores.length === 1)
            this.#note(this.#variables, node.variable, this.of(store.value));
        }
        break;
      case 'assign':
        if (node.target.kind === 'variable') this.#note(this.#variables, node.target.variable, this.of(node.value));
        break;
      case 'compound-assign':
        if (node.target.kind === 'variable' && !isPointer(node.type))
          this.#note(this.#variables, node.target.variable, this.of(node.value));
        break;
      case 'call':
        if (node.callee.kind === 'symbol') this.#bindArguments(node.callee.function, node.arguments);
        this.#noteRead(node);
        break;
      case 'return':
        if (node.value) this.#note(this.#returns, fn, this.of(node.value));
        break;
    }
  }

  #bindArguments(fn: FunctionSymbol, args: readonly Typed[]): void {
    args.forEach((arg, i) => {
      const parameter = fn.parameters[i];
      if (parameter) this.#note(this.#variables, parameter, this.of(arg));
    });
  }

  /** A pointer read by a helper into a variable. */
  #noteRead({ callee, arguments: [destination] }: Call): void {
    const found = readHelpers.get(helperOf(callee) ?? 0);
    let to = found && destination;
    while (to?.kind === 'convert') to = to.value;
    if (to?.kind === 'address' && to.place.kind === 'variable' && isPointer(to.place.type))
      this.#note(this.#variables, to.place.variable, found);
  }

  /** Where a value leads; undefined where it is no pointer at all, or null. */
  of(value: Typed): Provenance | undefined {
    const found = this.#of(value);
    const to = pointee(value.type);
    if (to && found !== 'own' && found !== undefined && hasTag(to, 'user')) return 'user';
    return found;
  }

  #of(value: Typed): Provenance | undefined {
    switch (value.kind) {
      case 'load':
        return this.#loaded(value.place, value.type);
      case 'address':
        return this.#addressOf(value.place);
      case 'convert':
        return this.#converted(value);
      case 'pointer-add':
        return withoutType(this.of(value.pointer));
      case 'arithmetic':
        return withoutType(join(this.of(value.left), this.of(value.right)));
      case 'conditional':
        return join(this.of(value.then), this.of(value.else));
      case 'comma':
        return this.of(value.right);
      case 'assign':
        return this.of(value.value);
      case 'compound-assign':
        return isPointer(value.type) ? this.#loaded(value.target, value.type) : undefined;
      case 'statement-expression':
        return value.result && this.of(value.result);
      case 'call':
        return this.#called(value);
      case 'builtin':
        return value.arguments[0] && isPointer(value.type) ? this.of(value.arguments[0]) : undefined;
      default:
        return undefined;
    }
  }

  #addressOf(place: Place): Provenance | undefined {
    const root = rootOf(place);
    if (root.kind !== 'dereference') return 'own';
    const found = this.of(root.pointer);
    return place.type.canonical.kind === 'record' ? found : withoutType(found);
  }

  #converted(value: Typed & { readonly kind: 'convert' }): Provenance | undefined {
    const inner = this.of(value.value);
    if (!isPointer(value.type)) return inner;
    if (value.value.kind === 'constant') return undefined;
    const from = pointee(value.value.type);
    if (inner === undefined) return from ? undefined : 'kernel';
    if (inner !== 'typed') return inner;
    const isSame =
      !from || from.canonical.kind === 'void' || recordTag(from) === recordTag(pointee(value.type) as CType);
    return isSame ? 'typed' : 'kernel';
  }

  #called(value: Call): Provenance | undefined {
    const { callee } = value;
    const id = helperOf(callee);
    if (id !== undefined) {
      const returns = helpers[id - 1]?.returns ?? 'integer';
      if (returns === 'integer' || returns === 'void') return undefined;
      return returns.startsWith('btf-id') || returns.startsWith('task') ? 'typed' : 'own';
    }
    if (callee.kind !== 'symbol') return 'kernel';
    if (callee.function.ksym) return isPointer(value.type) ? 'typed' : undefined;
    return this.#returns.get(callee.function);
  }

  /** A value read from memory: what a pointer found there leads to. */
  #loaded(place: Place, type: CType): Provenance | undefined {
    if (place.kind === 'variable' && place.variable.storage !== 'global' && place.variable.storage !== 'static') {
      return this.#variables.get(place.variable);
    }
    const root = rootOf(place);
    const memory = root.kind === 'dereference' ? this.of(root.pointer) : 'own';
    if (memory === 'args') return 'typed';
    if (memory === 'own' && place.kind === 'member' && root.kind === 'dereference') {
      const isContext = packetContexts.has(recordTag(root.type) ?? '');
      if (isContext && packetMembers.has(place.member.name ?? '')) return 'own';
    }
    if (!isPointer(type)) return undefined;
    if (memory === 'typed') return pointee(type)?.canonical.kind === 'record' ? 'typed' : 'kernel';
    return memory === 'user' ? 'user' : 'kernel';
  }
}

/** Arithmetic makes of a typed pointer a mere address. */
function withoutType(found: Provenance | undefined): Provenance | undefined {
  return found === 'typed' ? 'kernel' : found;
}
