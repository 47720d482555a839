// The graph the optimiser works on: tests "value in set", shared where equal, on values reduced to what is loaded.

import { numbersOf } from '../ir/arrays.ts';
import type { Prefix, Ranges } from '../ir/formula.ts';
import { IN_MEMORY, JumpGraph, type Node, TOUCH } from '../ir/jumps.ts';
import { prefixesOf } from '../ir/prefixes.ts';
import { complement, contains, EMPTY, intersect, LARGEST, normalize, preimage, sameRanges } from '../ir/ranges.ts';
import {
  ADD,
  AND,
  CONST,
  DIV,
  evaluate,
  evaluateAll,
  hash,
  headerLengthOffset,
  isLoad,
  LSH,
  MOD,
  NEG,
  NO_BASE,
  RSH,
  SLOT,
  type Value,
  type Values,
} from '../ir/values.ts';

/** Operation of a node that tests membership; its operand is the number of a set. */
export const MEMBER = 10;

/** Offsets up to here, counted from where X points past, lie in every transport header. */
const NEAR = 34;

/** Offsets below lie in the link-layer and network header of every packet that is not cut off. */
const FIXED_HEADERS = 54;

/** A set to be looked up in a map. */
interface Lookup {
  readonly prefixes: readonly Prefix[];
  /** Whether the numbers of the prefixes are those in the set, rather than all others. */
  readonly isInside: boolean;
}

const allBytes: readonly number[] = Array.from({ length: 256 }, (_, x) => x);

/** An empty table of sets, to be copied. */
const noSets: readonly number[] = Array.from({ length: 32 }, () => 0);

/** Tests, their sets, and what is known about values. */
export class Decisions {
  readonly graph: JumpGraph;
  readonly values: Values;
  readonly sets: Ranges[] = [];
  #readSlots: Set<number> | undefined;
  /** Numbers of sets by hash, one more than the number; 0 where there is none. */
  #table = noSets.slice();
  readonly #lookups: Lookup[] = [];
  readonly #roots: Value[] = [];
  readonly #tables: (readonly number[] | undefined)[] = [];
  readonly #preimages: (readonly (Ranges | undefined)[])[] = [];

  /** Whether threading looks past a test that is not decided; that may pay or not. */
  looksAhead = false;

  constructor(values: Values) {
    this.values = values;
    this.graph = new JumpGraph(values, true);
  }

  /** Whether any value depends on a slot; all values of a filter are there before its graph is built. */
  isRead(slot: number): boolean {
    if (!this.#readSlots) {
      this.#readSlots = new Set();
      const { kinds, as, bs, size } = this.values;
      for (let value = 0; value < size; value++) {
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

  /** A slot that lives in a register; its number is beyond those of the generator. */
  newSlot(register: number): number {
    const { slotRegisters } = this.graph;
    let slot = slotRegisters.length;
    const { kinds, as, size } = this.values;
    for (let value = 0; value < size; value++)
      if (kinds[value] === SLOT) slot = Math.max(slot, (as[value] as number) + 1);
    while (slotRegisters.length < slot) slotRegisters.push(IN_MEMORY);
    slotRegisters.push(register);
    return slot;
  }

  /** The number of a set: the same for equal ones. */
  setNumber(set: Ranges): number {
    const table = this.#table;
    const mask = table.length - 1;
    let at = hashOf(set) & mask;
    for (let entry = table[at] as number; entry !== 0; entry = table[at] as number) {
      if (sameRanges(this.sets[entry - 1] as Ranges, set)) return entry - 1;
      at = (at + 1) & mask;
    }
    const number = this.sets.push(set) - 1;
    table[at] = number + 1;
    if (number * 2 > mask) this.#grow();
    return number;
  }

  /** How a set is looked up: by itself or by what is not in it, whatever takes fewer prefixes. The same each time. */
  lookup(set: number): Lookup {
    const made = this.#lookups[set] ?? lookupOf(this.sets[set] as Ranges);
    this.#lookups[set] = made;
    return made;
  }

  #grow(): void {
    const mask = this.#table.length * 4 - 1;
    const table = numbersOf(mask + 1, 0);
    this.sets.forEach((set, number) => {
      let at = hashOf(set) & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = number + 1;
    });
    this.#table = table;
  }

  /** `value` in `set`? With the value reduced to the load beneath it where that is exact. */
  test(value: Value, set: Ranges, yes: Node, no: Node): Node {
    if (yes === no) return yes;
    const { values } = this;
    const kind = values.kinds[value] as number;
    if (kind === CONST) return contains(set, values.numberOf(value)) ? yes : no;
    if (values.hasConstantRight(value)) {
      const right = values.bs[value] as number;
      const reduced = this.#reduce(kind, values.as[value] as number, values.numberOf(right), set);
      if (reduced) return this.test(values.as[value] as number, reduced, yes, no);
    }
    return this.#member(value, set, yes, no);
  }

  #member(value: Value, set: Ranges, yes: Node, no: Node): Node {
    const maximum = this.values.maxima[value] as number;
    const possible = upToMaximum(set, maximum);
    const isAll = possible.length === 2 && possible[0] === 0 && possible[1] === maximum;
    if (possible.length === 0 || isAll) {
      const next = isAll ? yes : no;
      return this.values.canFail(value) ? this.touch(value, next) : next;
    }
    // One of a set and its complement, so that equal tests are found equal.
    if (possible[0] === 0)
      return this.graph.node(MEMBER, value, this.setNumber(complement(possible, maximum)), no, yes);
    return this.graph.node(MEMBER, value, this.setNumber(possible), yes, no);
  }

  /** The set of left operands for which the operation gives a member; undefined where it is not a set of few ranges. */
  #reduce(kind: number, left: Value, k: number, set: Ranges): Ranges | undefined {
    const maximum = this.values.maxima[left] as number;
    if (kind === AND) {
      if (k === 0) return contains(set, 0) ? [0, maximum] : EMPTY;
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
    return next === 0 || this.#isInHeader(value) ? next : this.graph.node(TOUCH, value, 0, next, next);
  }

  /** Loads in the fixed part of headers: they fail for packets cut off in capture alone. */
  #isInHeader(value: Value): boolean {
    const { values } = this;
    const kind = values.kinds[value] as number;
    if (isLoad(kind)) {
      const base = values.as[value] as number;
      const offset = values.offsetOf(value);
      if (base === NO_BASE) return offset < FIXED_HEADERS;
      return headerLengthOffset(values, base) !== undefined && offset < NEAR;
    }
    if (kind < ADD || kind === SLOT) return true;
    if (kind === DIV || kind === MOD) return false;
    return (
      this.#isInHeader(values.as[value] as number) && (kind === NEG || this.#isInHeader(values.bs[value] as number))
    );
  }

  /** What facts about `value` are kept about: the byte that it is computed from, or the value itself. */
  rootOf(value: Value): Value {
    const known = this.#roots[value];
    if (known !== undefined) return known;
    const made = this.#findRoot(value);
    this.#roots[value] = made;
    return made;
  }

  #findRoot(value: Value): Value {
    const { values } = this;
    let root = value;
    while (values.hasConstantRight(root)) {
      if (values.canDivideByZero(root)) return value;
      root = values.as[root] as number;
    }
    return (values.maxima[root] as number) > 0xff ? value : root;
  }

  /** A value that has another one as its root, for each of the bytes that the root can be. */
  tableOf(value: Value): readonly number[] {
    const known = this.#tables[value];
    if (known) return known;
    const { values } = this;
    const left = values.as[value] as Value;
    const table = (left === this.rootOf(value) ? allBytes : this.tableOf(left)).slice();
    evaluateAll(values.kinds[value] as number, table, values.numberOf(values.bs[value] as Value));
    this.#tables[value] = table;
    return table;
  }

  /** `value` where its `root` is `x`; undefined where that fails. */
  evaluateAt(value: Value, root: Value, x: number): number | undefined {
    if (value === root) return x;
    const { values } = this;
    const left = this.evaluateAt(values.as[value] as number, root, x);
    if (left === undefined) return undefined;
    return evaluate(values.kinds[value] as number, left, values.numberOf(values.bs[value] as Value));
  }

  /** The root's values for which a test on a derived value holds. */
  rootSet(value: Value, set: number): Ranges {
    const members = this.sets[set] as Ranges;
    if (this.rootOf(value) === value) return members;
    this.#preimages[value] ??= [];
    const known = this.#preimages[value] as (Ranges | undefined)[];
    const result = known[set] ?? preimage(this.tableOf(value), members);
    known[set] = result;
    return result;
  }
}

function lookupOf(set: Ranges): Lookup {
  const inside = prefixesOf(set);
  const outside = prefixesOf(complement(set, LARGEST));
  return inside.length <= outside.length
    ? { prefixes: inside, isInside: true }
    : { prefixes: outside, isInside: false };
}

/** A hash of a set; long ones by their ends alone. */
function hashOf(set: Ranges): number {
  const { length } = set;
  if (length === 0) return 0;
  return hash(set[0] as number, set[length - 1] as number, length);
}

function upToMaximum(set: Ranges, maximum: number): Ranges {
  return set.length === 0 || (set[set.length - 1] as number) <= maximum ? set : intersect(set, [0, maximum]);
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
