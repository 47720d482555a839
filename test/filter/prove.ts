// Equality of two classic programs on every packet, decided by z3: packets are arrays of bytes without an end.

import { spawnSync } from 'node:child_process';
import type { ClassicInstruction } from '../../src/isa/index.ts';

interface State {
  readonly reached: string;
  readonly a: string;
  readonly x: string;
  readonly memory: readonly string[];
}

const ZERO = '(_ bv0 32)';

function constant(k: number): string {
  return `(_ bv${k >>> 0} 32)`;
}

const alu: Readonly<Record<number, string>> = {
  0: 'bvadd',
  16: 'bvsub',
  32: 'bvmul',
  48: 'bvudiv',
  64: 'bvor',
  80: 'bvand',
  96: 'bvshl',
  112: 'bvlshr',
  144: 'bvurem',
  160: 'bvxor',
};

/** Writes one program as definitions; every value has a name. */
class Encoder {
  readonly lines: string[] = [];
  readonly prefix: string;
  readonly accepting: string[] = [];
  readonly arriving = new Map<number, State[]>();
  #names = 0;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  #name(sort: string, term: string): string {
    if (/^(?:[a-z]\d+|true|false|\(_ bv\d+ \d+\))$/.test(term)) return term;
    const name = `${this.prefix}${this.#names++}`;
    this.lines.push(`(define-fun ${name} () ${sort} ${term})`);
    return name;
  }

  #word(term: string): string {
    return this.#name('(_ BitVec 32)', term);
  }

  #load(size: number, at: string): string {
    const byte = (i: number): string => `(select packet (bvadd ${at} ${constant(i)}))`;
    if (size === 1) return this.#word(`(concat #x000000 ${byte(0)})`);
    if (size === 2) return this.#word(`(concat #x0000 ${byte(0)} ${byte(1)})`);
    return this.#word(`(concat ${byte(0)} ${byte(1)} ${byte(2)} ${byte(3)})`);
  }

  run(program: readonly ClassicInstruction[]): void {
    this.#arrive(0, { reached: 'true', a: ZERO, x: ZERO, memory: new Array<string>(16).fill(ZERO) });
    program.forEach((instruction, index) => {
      const states = this.arriving.get(index);
      if (states) this.#step(instruction, index, this.#merge(states));
    });
  }

  accepts(): string {
    return this.accepting.length === 0 ? 'false' : `(or false ${this.accepting.join(' ')})`;
  }

  #arrive(index: number, state: State): void {
    const known = this.arriving.get(index);
    if (known) known.push(state);
    else this.arriving.set(index, [state]);
  }

  #merge(states: readonly State[]): State {
    const [first, ...rest] = states as [State, ...State[]];
    if (rest.length === 0) return first;
    const pick = (field: (state: State) => string): string => {
      if (states.every((state) => field(state) === field(first))) return field(first);
      return this.#word(rest.reduce((term, state) => `(ite ${state.reached} ${field(state)} ${term})`, field(first)));
    };
    return {
      reached: this.#name('Bool', `(or ${states.map(({ reached }) => reached).join(' ')})`),
      a: pick(({ a }) => a),
      x: pick(({ x }) => x),
      memory: first.memory.map((_, k) => pick(({ memory }) => memory[k] as string)),
    };
  }

  #step({ code, jt, jf, k }: ClassicInstruction, index: number, state: State): void {
    const next = (change: Partial<State>): void => this.#arrive(index + 1, { ...state, ...change });
    const withMemory = (value: string): readonly string[] => state.memory.map((old, at) => (at === k ? value : old));
    const steps: readonly (() => void)[] = [
      (): void => next({ a: this.#loadA(code, k, state) }),
      (): void => next({ x: this.#loadX(code, k, state) }),
      (): void => next({ memory: withMemory(state.a) }),
      (): void => next({ memory: withMemory(state.x) }),
      (): void => this.#arithmetic(code, k, state, next),
      (): void => this.#jump(index, { code, jt, jf, k }, state),
      (): void => {
        if (k !== 0) this.accepting.push(state.reached);
      },
      (): void => next((code & 0xf8) === 0x80 ? { a: state.x } : { x: state.a }),
    ];
    steps[code & 7]?.();
  }

  #loadA(code: number, k: number, state: State): string {
    const size = (code & 0x18) === 0 ? 4 : (code & 0x18) === 8 ? 2 : 1;
    switch (code & 0xe0) {
      case 0x00:
        return constant(k);
      case 0x60:
        return state.memory[k] as string;
      case 0x80:
        return 'length';
      case 0x40:
        return this.#load(size, this.#word(`(bvadd ${state.x} ${constant(k)})`));
      default:
        return this.#load(size, constant(k));
    }
  }

  #loadX(code: number, k: number, state: State): string {
    switch (code & 0xe0) {
      case 0x00:
        return constant(k);
      case 0x60:
        return state.memory[k] as string;
      case 0x80:
        return 'length';
      default:
        return this.#word(`(bvshl (bvand ${this.#load(1, constant(k))} ${constant(15)}) ${constant(2)})`);
    }
  }

  #arithmetic(code: number, k: number, state: State, next: (change: Partial<State>) => void): void {
    const operand = code & 8 ? state.x : constant(k);
    const operation = code & 0xf0;
    if (operation === 0x80) {
      next({ a: this.#word(`(bvneg ${state.a})`) });
      return;
    }
    const a = this.#word(`(${alu[operation]} ${state.a} ${operand})`);
    const divides = (operation === 0x30 || operation === 0x90) && (code & 8) !== 0;
    const reached = divides ? this.#name('Bool', `(and ${state.reached} (not (= ${operand} ${ZERO})))`) : state.reached;
    next({ a, reached });
  }

  #jump(index: number, { code, jt, jf, k }: ClassicInstruction, state: State): void {
    if (code === 5) {
      this.#arrive(index + 1 + k, state);
      return;
    }
    const operand = code & 8 ? state.x : constant(k);
    const tests: Readonly<Record<number, string>> = {
      16: `(= ${state.a} ${operand})`,
      32: `(bvugt ${state.a} ${operand})`,
      48: `(bvuge ${state.a} ${operand})`,
      64: `(not (= (bvand ${state.a} ${operand}) ${ZERO}))`,
    };
    const holds = this.#name('Bool', tests[code & 0xf0] as string);
    this.#arrive(index + 1 + jt, { ...state, reached: this.#name('Bool', `(and ${state.reached} ${holds})`) });
    this.#arrive(index + 1 + jf, { ...state, reached: this.#name('Bool', `(and ${state.reached} (not ${holds}))`) });
  }
}

/** Two programs that should decide alike. */
export interface Pair {
  readonly first: readonly ClassicInstruction[];
  readonly second: readonly ClassicInstruction[];
}

function question({ first, second }: Pair): string {
  const one = new Encoder('p');
  const other = new Encoder('q');
  one.run(first);
  other.run(second);
  const claim = `(assert (not (= ${one.accepts()} ${other.accepts()})))`;
  return ['(push)', ...one.lines, ...other.lines, claim, '(check-sat)', '(pop)'].join('\n');
}

/** Steps that the solver may take for a pair: the same on every machine, unlike time. */
const mostSteps = 40_000_000;

/** For each pair `unsat` (equal), `sat` (different) or `unknown`. */
export function prove(pairs: readonly Pair[]): string[] {
  const header = '(declare-const packet (Array (_ BitVec 32) (_ BitVec 8)))\n(declare-const length (_ BitVec 32))';
  const input = `(set-option :rlimit ${mostSteps})\n${header}\n${pairs.map(question).join('\n')}\n`;
  const answer = spawnSync('z3', ['-in'], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (answer.error) throw new Error('the proofs need z3: apt-get install z3', { cause: answer.error });
  return answer.stdout.trim().split('\n');
}
