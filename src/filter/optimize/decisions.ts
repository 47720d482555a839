// The graph the optimiser works on: tests "value in set", shared where equal, on values reduced to what is loaded.

import { EQ, EQ_VALUE, type Formula, GE_VALUE, GT, GT_VALUE, type Ranges } from '../ir/formula.ts';
import { ASSIGN, JumpGraph, type Node, TOUCH, walkFormula } from '../ir/jumps.ts';
import { complement, EMPTY, intersect, isSingle, LARGEST, normalize, single } from '../ir/ranges.ts';
import {
  ADD,
  AND,
  CONST,
  DIV,
  evaluate,
  headerLengthOffset,
  isLoad,
  LSH,
  MOD,
  NEG,
  NO_BASE,
  RSH,
  SLOT,
  SUB,
  type Value,
  type Values,
} from '../ir/values.ts';

/** Operation of a node that tests membership; its operand is the number of a set. */
export const MEMBER = 10;

/** Offsets up to here, counted from where X points past, lie in every transport header. */
const NEAR = 34;

/** Offsets below lie in the link-layer and network header of every packet that is not cut off. */
const FIXED_HEADERS = 54;

/** How a value depends on the one that facts are kept about. */
export interface Derivation {
  readonly root: Value;
  /** Value for each of the root's values, where the root is a byte; undefined where root and value are the same. */
  readonly table: Uint32Array | undefined;
}

/** Tests, their sets, and what is known about values. */
export class Decisions {
  readonly graph: JumpGraph;
  readonly values: Values;
  readonly sets: Ranges[] = [];
  #readSlots: Set<number> | undefined;
  readonly #singles = new Map<number, number>();
  readonly #others = new Map<string, number>();
  readonly #derivations: (Derivation | undefined)[] = [];
  readonly #preimages = new Map<number, Ranges>();

  constructor(values: Values) {
    this.values = values;
    this.graph = new JumpGraph(values, true);
  }

  /** Whether any value depends on a slot; all values of a filter are there before its graph is built. */
  isRead(slot: number): boolean {
    if (!this.#readSlots) {
      this.#readSlots = new Set();
      const { kinds, as, bs } = this.values;
      for (let value = 0; value < kinds.length; value++) {
        const kind = kinds[value] as number;
        if (kind === SLOT || kind === CONST) continue;
        this.#noteSlot(as[value] as number);
        if (kind >= ADD && kind !== NEG) this.#noteSlot(bs[value] as number);
      }
    }
    return this.#readSlots.has(slot);
  }

  #noteSlot(value: number): void {
    if (this.values.kinds[value] === SLOT) this.#readSlots?.add(this.values.as[value] as number);
  }

  /** The number of a set. */
  setNumber(set: Ranges): number {
    if (isSingle(set)) {
      const k = set[0] as number;
      const known = this.#singles.get(k);
      if (known !== undefined) return known;
      this.#singles.set(k, this.sets.length);
    } else {
      const key = set.join();
      const known = this.#others.get(key);
      if (known !== undefined) return known;
      this.#others.set(key, this.sets.length);
    }
    return this.sets.push(set) - 1;
  }

  /** `value` in `set`? With the value reduced to the load beneath it where that is exact. */
  test(value: Value, set: Ranges, yes: Node, no: Node): Node {
    if (yes === no) return yes;
    const { values } = this;
    const kind = values.kinds[value] as number;
    if (kind === CONST) return inRanges(set, values.as[value] as number) ? yes : no;
    const right = values.bs[value] as number;
    if (kind >= ADD && kind !== SLOT && values.kinds[right] === CONST) {
      const reduced = this.#reduce(kind, values.as[value] as number, values.as[right] as number, set);
      if (reduced) return this.test(values.as[value] as number, reduced, yes, no);
    }
    return this.#member(value, set, yes, no);
  }

  #member(value: Value, set: Ranges, yes: Node, no: Node): Node {
    const maximum = this.values.maxima[value] as number;
    const possible = intersect(set, [0, maximum]);
    const isAll = possible.length === 2 && possible[0] === 0 && possible[1] === maximum;
    if (possible.length === 0 || isAll) {
      const next = isAll ? yes : no;
      return this.values.canFail(value) ? this.touch(value, next) : next;
    }
    // One of a set and its complement, so that equal tests are found equal.
    if (possible[0] === 0)
      return this.graph.node(MEMBER, value, this.setNumber(complement(possible, maximum)), [no, yes]);
    return this.graph.node(MEMBER, value, this.setNumber(possible), [yes, no]);
  }

  /** The set of left operands for which the operation gives a member; undefined where it is not a set of few ranges. */
  #reduce(kind: number, left: Value, k: number, set: Ranges): Ranges | undefined {
    const maximum = this.values.maxima[left] as number;
    if (kind === AND) {
      if (k === 0) return inRanges(set, 0) ? [0, maximum] : EMPTY;
      const low = (~k & highestFill(maximum)) >>> 0;
      // A prefix of ones: everything below the lowest bit of the mask is 0 in it.
      if ((low & (low + 1)) !== 0) return undefined;
      const step = low + 1;
      return mapRanges(
        set,
        (first) => Math.ceil(first / step) * step,
        (last) => Math.floor(last / step) * step + low,
        maximum,
      );
    }
    if (kind === RSH)
      return mapRanges(
        set,
        (first) => first * 2 ** k,
        (last) => last * 2 ** k + (2 ** k - 1),
        maximum,
      );
    if (kind === LSH && maximum * 2 ** k <= LARGEST) {
      return mapRanges(
        set,
        (first) => Math.ceil(first / 2 ** k),
        (last) => Math.floor(last / 2 ** k),
        maximum,
      );
    }
    if (kind === ADD) return this.#reduceAdd(maximum, k, set);
    return undefined;
  }

  // Modulo 2^32, so a range may wrap into two.
  #reduceAdd(maximum: number, k: number, set: Ranges): Ranges {
    const pairs: number[] = [];
    for (let i = 0; i < set.length; i += 2) {
      const first = ((set[i] as number) - k) >>> 0;
      const last = ((set[i + 1] as number) - k) >>> 0;
      if (first <= last) pairs.push(first, last);
      else pairs.push(0, last, first, LARGEST);
    }
    return intersect(normalize(pairs), [0, maximum]);
  }

  /** Computes a value that may fail, for the failure alone. */
  touch(value: Value, next: Node): Node {
    return next === 0 || this.#isInHeader(value) ? next : this.graph.node(TOUCH, value, 0, [next, next]);
  }

  /** Loads in the fixed part of headers: they fail for packets cut off in capture alone. */
  #isInHeader(value: Value): boolean {
    const { values } = this;
    const kind = values.kinds[value] as number;
    if (isLoad(kind)) {
      const base = values.as[value] as number;
      const offset = values.bs[value] as number;
      if (base === NO_BASE) return offset < FIXED_HEADERS;
      return headerLengthOffset(values, base) !== undefined && offset < NEAR;
    }
    if (kind < ADD || kind === SLOT) return true;
    if (kind === DIV || kind === MOD) return false;
    return (
      this.#isInHeader(values.as[value] as number) && (kind === NEG || this.#isInHeader(values.bs[value] as number))
    );
  }

  /** What facts about `value` are kept about. */
  derivation(value: Value): Derivation {
    const known = this.#derivations[value];
    if (known) return known;
    const made = this.#derive(value);
    this.#derivations[value] = made;
    return made;
  }

  #derive(value: Value): Derivation {
    const { values } = this;
    let root = value;
    while (
      (values.kinds[root] as number) >= ADD &&
      values.kinds[root] !== SLOT &&
      values.kinds[values.bs[root] as number] === CONST
    ) {
      root = values.as[root] as number;
    }
    if (root === value || (values.maxima[root] as number) > 0xff) return { root: value, table: undefined };
    const table = new Uint32Array(256);
    for (let x = 0; x < 256; x++) {
      const result = this.evaluateAt(value, root, x);
      if (result === undefined) return { root: value, table: undefined };
      table[x] = result;
    }
    return { root, table };
  }

  /** `value` where its `root` is `x`; undefined where that fails. */
  evaluateAt(value: Value, root: Value, x: number): number | undefined {
    if (value === root) return x;
    const { values } = this;
    const left = this.evaluateAt(values.as[value] as number, root, x);
    if (left === undefined) return undefined;
    return evaluate(values.kinds[value] as number, left, values.as[values.bs[value] as number] as number);
  }

  /** The root's values for which a test on a derived value holds. */
  rootSet(derivation: Derivation, value: Value, set: number): Ranges {
    const members = this.sets[set] as Ranges;
    const { table } = derivation;
    if (!table) return members;
    const key = value * 0x10000 + set;
    const known = this.#preimages.get(key);
    if (known) return known;
    const pairs: number[] = [];
    for (let x = 0; x < 256; x++) if (inRanges(members, table[x] as number)) pairs.push(x, x);
    const result = normalize(pairs);
    this.#preimages.set(key, result);
    return result;
  }
}

function inRanges(set: Ranges, k: number): boolean {
  for (let i = 0; i < set.length; i += 2) if (k >= (set[i] as number) && k <= (set[i + 1] as number)) return true;
  return false;
}

function highestFill(maximum: number): number {
  return maximum === 0 ? 0 : 0xffffffff >>> Math.clz32(maximum);
}

function mapRanges(set: Ranges, first: (k: number) => number, last: (k: number) => number, maximum: number): Ranges {
  const pairs: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const from = first(set[i] as number);
    const to = Math.min(last(set[i + 1] as number), maximum);
    if (from <= to) pairs.push(from, to);
  }
  return pairs.length === 0 ? EMPTY : normalize(pairs);
}

/** Adds a formula to the graph, with where to go when it holds and when not. */
export function buildDecisions(decisions: Decisions, formula: Formula, yes: Node, no: Node): Node {
  return walkFormula(formula, yes, no, (leaf, onYes, onNo) => buildLeaf(decisions, leaf, onYes, onNo));
}

function buildLeaf(decisions: Decisions, node: Formula, yes: Node, no: Node): Node {
  switch (node.kind) {
    case 'constant':
      return node.value ? yes : no;
    case 'assign':
      if (!decisions.isRead(node.slot)) return yes;
      return decisions.graph.node(ASSIGN, node.value, node.slot, [yes, yes]);
    case 'protochain':
      return decisions.graph.chain(node.chain, yes, no);
    case 'member':
      return decisions.test(node.value, node.ranges, yes, no);
    case 'test':
      return buildTest(decisions, node, yes, no);
    default:
      return yes;
  }
}

function buildTest(decisions: Decisions, node: Extract<Formula, { kind: 'test' }>, yes: Node, no: Node): Node {
  const { comparison, value, operand } = node;
  if (comparison === EQ) return decisions.test(value, single(operand), yes, no);
  if (comparison === GT) return decisions.test(value, operand === LARGEST ? EMPTY : [operand + 1, LARGEST], yes, no);
  if (comparison === EQ_VALUE || comparison === GT_VALUE || comparison === GE_VALUE) {
    return buildComparison(decisions, node, yes, no);
  }
  // Any of the bits set: the value with all others cleared is not 0.
  return decisions.test(decisions.values.withConstant(AND, value, operand), single(0), no, yes);
}

const mirrored: Readonly<Record<number, { comparison: number; negated: boolean }>> = {
  [EQ_VALUE]: { comparison: EQ_VALUE, negated: false },
  // k > v is not v >= k; k >= v is not v > k.
  [GT_VALUE]: { comparison: GE_VALUE, negated: true },
  [GE_VALUE]: { comparison: GT_VALUE, negated: true },
};

function buildComparison(decisions: Decisions, node: Extract<Formula, { kind: 'test' }>, yes: Node, no: Node): Node {
  const { values } = decisions;
  const { comparison, value, operand } = node;
  if (values.isConstant(operand)) {
    const k = values.as[operand] as number;
    if (comparison === EQ_VALUE && values.kinds[value] === SUB && k === 0) {
      return buildEquality(decisions, [values.as[value] as number, values.bs[value] as number], yes, no);
    }
    if (comparison === EQ_VALUE) return decisions.test(value, single(k), yes, no);
    const first = comparison === GT_VALUE ? k + 1 : k;
    return decisions.test(value, first > LARGEST ? EMPTY : [first, LARGEST], yes, no);
  }
  if (values.isConstant(value)) {
    const { comparison: other, negated } = mirrored[comparison] as { comparison: number; negated: boolean };
    const swapped = { kind: 'test', comparison: other, value: operand, operand: value } as const;
    return negated ? buildComparison(decisions, swapped, no, yes) : buildComparison(decisions, swapped, yes, no);
  }
  return buildValueComparison(decisions, node, yes, no);
}

function buildValueComparison(
  decisions: Decisions,
  node: Extract<Formula, { kind: 'test' }>,
  yes: Node,
  no: Node,
): Node {
  const { values } = decisions;
  const { comparison, value, operand } = node;
  if (value === operand) {
    const next = comparison === GT_VALUE ? no : yes;
    return values.canFail(value) ? decisions.touch(value, next) : next;
  }
  if (comparison === EQ_VALUE) return buildEquality(decisions, [value, operand], yes, no);
  return yes === no ? yes : decisions.graph.node(comparison, value, operand, [yes, no]);
}

/** Differences move to the other side as sums: sums can be made in any order. */
function buildEquality(decisions: Decisions, [left, right]: readonly [Value, Value], yes: Node, no: Node): Node {
  const { values } = decisions;
  if (yes === no) return yes;
  if (values.kinds[left] === SUB) {
    const sum = values.binary(ADD, values.bs[left] as number, right);
    return buildEquality(decisions, [values.as[left] as number, sum], yes, no);
  }
  if (values.kinds[right] === SUB && values.kinds[left] !== ADD)
    return buildEquality(decisions, [right, left], yes, no);
  const [first, second] = left < right ? [left, right] : [right, left];
  return decisions.graph.node(EQ_VALUE, first, second, [yes, no]);
}
