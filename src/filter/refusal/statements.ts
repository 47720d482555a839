// What libpcap's optimiser does inside a block: it follows values, folds constants, drops what nobody reads.

import { ADD, AND, DIV, evaluate, LSH, MOD, MUL, OR, RSH, SUB, type ValueKind, XOR } from '../ir/values.ts';
import {
  ALU,
  aluBits,
  BY_X,
  JEQ_K,
  JEQ_X,
  JSET_K,
  LD_IMM,
  LD_LEN,
  LD_MEM,
  LDX_IMM,
  LDX_MEM,
  LDX_MSH,
  NEGATE,
  ST,
  STX,
  TAX,
  TXA,
} from '../select/opcodes.ts';
import { A, A_AND_X, definedBy, type Edge, NOTHING, PLACES, type Statement, type Step, usedBy, X } from './blocks.ts';
import { type ArithmeticFault, type Numbering, UNKNOWN } from './numbering.ts';

const SUB_K = ALU | aluBits.sub;
const AND_K = ALU | aluBits.and;
const SUB_X = SUB_K | BY_X;
const ADD_X = ALU | aluBits.add | BY_X;

const arithmetic: Readonly<Record<number, ValueKind>> = {
  [aluBits.add]: ADD,
  [aluBits.sub]: SUB,
  [aluBits.mul]: MUL,
  [aluBits.div]: DIV,
  [aluBits.or]: OR,
  [aluBits.and]: AND,
  [aluBits.lsh]: LSH,
  [aluBits.rsh]: RSH,
  [aluBits.mod]: MOD,
  [aluBits.xor]: XOR,
};

/** Operations that change nothing where the constant is 0. Not subtraction, which comparisons rely on. */
const idleWithZero: ReadonlySet<number> = new Set([aluBits.add, aluBits.lsh, aluBits.rsh, aluBits.or, aluBits.xor]);
/** Operations on 0 that give what is in X, and those that give 0. */
const takesX: ReadonlySet<number> = new Set([aluBits.add, aluBits.or, aluBits.xor]);
const staysZero: ReadonlySet<number> = new Set([
  aluBits.mul,
  aluBits.div,
  aluBits.mod,
  aluBits.and,
  aluBits.lsh,
  aluBits.rsh,
]);

/** Rewrites the statements of blocks; `changed` says whether anything was. */
export class StatementPass {
  readonly numbers: Numbering;
  /** Whether statements are replaced, or values only followed. */
  readonly replaces: boolean;
  changed = false;
  /** Arithmetic on constants that makes no sense. */
  fault: ArithmeticFault | undefined;

  constructor(numbers: Numbering, replaces: boolean) {
    this.numbers = numbers;
    this.replaces = replaces;
  }

  /** One block, whose predecessors were done before. */
  block(step: Step): void {
    const { numbers } = this;
    step.values = entryValues(step);
    const [a, x] = [step.values[A], step.values[X]];
    for (const statement of step.statements) this.#follow(statement, step.values);
    const keepsBoth = a !== UNKNOWN && step.values[A] === a && x !== UNKNOWN && step.values[X] === x;
    if (this.replaces && ((step.readLater === 0 && keepsBoth) || !step.yes)) {
      if (step.statements.length > 0) this.changed = true;
      step.statements = [];
    } else {
      if (step.statements.length > 0) this.#simplify(step);
      this.#dropUnread(step);
    }
    step.operand = step.last.code & BY_X ? (step.values[X] as number) : numbers.constant(step.last.k);
  }

  #put(statement: Statement, values: number[], place: number, number: number): void {
    if (this.replaces && number !== UNKNOWN && values[place] === number) statement.code = NOTHING;
    else values[place] = number;
  }

  #become(statement: Statement, code: number, k: number): void {
    statement.code = code;
    statement.k = k >>> 0;
    this.changed = true;
  }

  #follow(statement: Statement, values: number[]): void {
    const { code } = statement;
    if (code === NOTHING) return;
    const kind = code & 7;
    if (kind === 4) this.#followArithmetic(statement, values);
    else if (kind <= 1) this.#followLoad(statement, values);
    else if (code === ST) this.#put(statement, values, statement.k, values[A] as number);
    else if (code === STX) this.#put(statement, values, statement.k, values[X] as number);
    else if (code === TAX) this.#put(statement, values, X, values[A] as number);
    else if (code === TXA) this.#put(statement, values, A, values[X] as number);
  }

  #followLoad(statement: Statement, values: number[]): void {
    const { numbers } = this;
    const { code, k } = statement;
    const place = code & 1 ? X : A;
    if (code === LD_IMM || code === LDX_IMM) this.#put(statement, values, place, numbers.constant(k));
    else if (code === LD_MEM || code === LDX_MEM) {
      const number = values[k] as number;
      const constant = this.replaces ? numbers.constantOf(number) : undefined;
      if (constant !== undefined) this.#become(statement, place === A ? LD_IMM : LDX_IMM, constant);
      this.#put(statement, values, place, number);
    } else if (code === LD_LEN) this.#put(statement, values, A, numbers.of(code, 0, 0));
    else if ((code & 0xe0) === 0x40 && code !== LDX_MSH) this.#followIndexed(statement, values);
    else this.#put(statement, values, place, numbers.of(code, k, 0));
  }

  #followIndexed(statement: Statement, values: number[]): void {
    const { numbers } = this;
    const base = values[X] as number;
    const constant = this.replaces ? numbers.constantOf(base) : undefined;
    if (constant !== undefined) this.#become(statement, (statement.code & 0x1f) | 0x20, statement.k + constant);
    const { code, k } = statement;
    this.#put(statement, values, A, numbers.of(code, k, constant === undefined ? base : 0));
  }

  #followArithmetic(statement: Statement, values: number[]): void {
    const { numbers, replaces } = this;
    const { code } = statement;
    const a = replaces ? numbers.constantOf(values[A] as number) : undefined;
    if (code === NEGATE) {
      if (a === undefined) values[A] = numbers.of(code, values[A] as number, 0);
      else {
        this.#become(statement, LD_IMM, -a);
        values[A] = numbers.constant(statement.k);
      }
    } else if (code & BY_X) this.#followByX(statement, values, a);
    else this.#followByConstant(statement, values, a);
  }

  #followByConstant(statement: Statement, values: number[], a: number | undefined): void {
    const { numbers } = this;
    const { code, k } = statement;
    const operation = code & 0xf0;
    if (this.replaces && k === 0) {
      if (idleWithZero.has(operation)) {
        statement.code = NOTHING;
        return;
      }
      if (operation === aluBits.mul || operation === aluBits.and) {
        statement.code = LD_IMM;
        values[A] = numbers.constant(0);
        return;
      }
      if (operation === aluBits.div || operation === aluBits.mod) this.#compute(operation, 0, 0);
    }
    if (a === undefined) {
      values[A] = numbers.of(code, values[A] as number, numbers.constant(k));
      return;
    }
    this.#become(statement, LD_IMM, this.#compute(operation, a, k));
    values[A] = numbers.constant(statement.k);
  }

  #followByX(statement: Statement, values: number[], a: number | undefined): void {
    const { numbers } = this;
    const operation = statement.code & 0xf0;
    const x = this.replaces ? numbers.constantOf(values[X] as number) : undefined;
    if (x !== undefined) {
      const isShift = operation === aluBits.lsh || operation === aluBits.rsh;
      if (isShift && x > 31 && a === undefined) this.fault ??= 'shift by more than 31 bits';
      this.#become(statement, ALU | operation, x);
      if (a === undefined) values[A] = numbers.of(statement.code, values[A] as number, numbers.constant(x));
      else {
        this.#become(statement, LD_IMM, this.#compute(operation, a, x));
        values[A] = numbers.constant(statement.k);
      }
    } else if (a === 0 && takesX.has(operation)) {
      statement.code = TXA;
      this.#put(statement, values, A, values[X] as number);
    } else if (a === 0 && staysZero.has(operation)) {
      statement.code = LD_IMM;
      statement.k = 0;
      this.#put(statement, values, A, numbers.constant(0));
    } else values[A] = numbers.of(statement.code, values[A] as number, values[X] as number);
  }

  #compute(operation: number, a: number, b: number): number {
    const result = evaluate(arithmetic[operation] as ValueKind, a, b);
    if (result === undefined)
      this.fault ??= operation === aluBits.div ? 'division by zero' : 'remainder of a division by zero';
    return result ?? 0;
  }

  /** Short sequences that have a better form, and comparisons whose outcome is known. */
  #simplify(step: Step): void {
    const live = step.statements.filter(({ code }) => code !== NOTHING);
    for (let i = 0; i + 1 < live.length; i++) {
      const one = live[i] as Statement;
      const next = live[i + 1] as Statement;
      if (one.code === NOTHING) continue;
      if (one.code === ST && next.code === LDX_MEM && one.k === next.k) this.#become(next, TAX, 0);
      if (one.code === LD_IMM && next.code === TAX) {
        this.#become(one, LDX_IMM, one.k);
        this.#become(next, TXA, 0);
      }
      if (one.code === LD_IMM && !(step.readLater & (1 << X))) this.#moveIndexIntoLoad(live, i);
    }
    // A statement that stands alone counts only where nothing was taken out in front of it.
    const end = (live.length < 2 ? step.statements[0] : live.at(-1)) as Statement;
    if (step.last.code === JEQ_K && !(step.readLater & (1 << A))) this.#simplifyComparison(step, end);
    this.#decide(step);
  }

  /** `ld #k; add x; tax; ld [x+n]` becomes `ld [x+k+n]`. */
  #moveIndexIntoLoad(live: Statement[], at: number): void {
    const index = live[at] as Statement;
    const following = live.slice(at + 1).filter(({ code }) => code !== NOTHING);
    if (following[0]?.code === LDX_MSH) following.shift();
    const [add, transfer, load] = following;
    if (add?.code !== ADD_X || transfer?.code !== TAX || !load) return;
    if ((load.code & 7) !== 0 || (load.code & 0xe0) !== 0x40) return;
    load.k = (load.k + index.k) >>> 0;
    for (const statement of [index, add, transfer]) statement.code = NOTHING;
    this.changed = true;
  }

  #simplifyComparison(step: Step, end: Statement): void {
    const { last } = step;
    const x = this.numbers.constantOf(step.values[X] as number);
    if (end.code === SUB_X && x !== undefined) this.#take(end, last, last.k + x);
    else if (end.code === SUB_X && last.k === 0) {
      this.#take(end, last, 0);
      last.code = JEQ_X;
    } else if (end.code === SUB_K) this.#take(end, last, last.k + end.k);
    else if (end.code === AND_K && last.k === 0) {
      this.#take(end, last, end.k);
      last.code = JSET_K;
      const { yes, no } = step as Required<Step> as { yes: Edge; no: Edge };
      [yes.to, no.to] = [no.to, yes.to];
    }
  }

  /** Takes out the statement before a comparison, which becomes one with `k`. */
  #take(statement: Statement, comparison: Statement, k: number): void {
    statement.code = NOTHING;
    comparison.k = k >>> 0;
    this.changed = true;
  }

  #decide(step: Step): void {
    const { last, values, yes, no } = step;
    if (!yes || !no) return;
    if (last.code === JSET_K && last.k === 0) yes.to = no.to;
    if (last.code === JSET_K && last.k === 0xffffffff) no.to = yes.to;
    const x = this.numbers.constantOf(values[X] as number);
    if (x !== undefined && last.code & BY_X) {
      last.code &= ~BY_X;
      last.k = x;
    }
    const a = this.numbers.constantOf(values[A] as number);
    if (a === undefined || last.code & BY_X) return;
    if (yes.to !== no.to) this.changed = true;
    if (compares(last, a)) no.to = yes.to;
    else yes.to = no.to;
  }

  #dropUnread({ statements, last, readLater, values }: Step): void {
    const unread: (Statement | undefined)[] = new Array(PLACES);
    const visit = (statement: Statement): void => {
      const used = usedBy(statement);
      if (used === A_AND_X) unread[A] = unread[X] = undefined;
      else if (used >= 0) unread[used] = undefined;
      const defined = definedBy(statement);
      if (defined < 0) return;
      this.#drop(unread[defined]);
      unread[defined] = statement;
    };
    for (const statement of statements) visit(statement);
    visit(last);
    for (let place = 0; place < PLACES; place++) {
      if (!unread[place] || readLater & (1 << place)) continue;
      this.#drop(unread[place]);
      values[place] = UNKNOWN;
    }
  }

  #drop(statement: Statement | undefined): void {
    if (!statement) return;
    statement.code = NOTHING;
    this.changed = true;
  }
}

/** What all predecessors leave alike. */
function entryValues({ incoming }: Step): number[] {
  const [first, ...others] = incoming;
  if (!first) return new Array<number>(PLACES).fill(UNKNOWN);
  const values = [...first.from.values];
  for (const { from } of others) {
    for (let place = 0; place < PLACES; place++) if (values[place] !== from.values[place]) values[place] = UNKNOWN;
  }
  return values;
}

function compares({ code, k }: Statement, a: number): boolean {
  if (code === JEQ_K) return a === k;
  if (code === JSET_K) return (a & k) !== 0;
  return (code & 0xf0) === 0x20 ? a > k : a >= k;
}
