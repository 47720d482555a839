// Tests of membership to single jumps: the fewest comparisons for what is possible at that place.

import { EQ, GT, type Ranges, SET } from '../ir/formula.ts';
import { ACCEPT, comparesValues, JumpGraph, LOOKUP, type Node, REJECT } from '../ir/jumps.ts';
import { MOST_IN_CODE } from '../ir/prefixes.ts';
import { contains, intersect, isSingle, LARGEST, upTo } from '../ir/ranges.ts';
import { AND, CONST, type Value } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import type { Facts } from './facts.ts';
import type { Threader } from './thread.ts';

/** Numbers from `first` to `last` that are all in or all out, as far as they are possible. */
interface Segment {
  first: number;
  last: number;
  readonly isIn: boolean;
}

function segmentsOf(set: Ranges, possible: Ranges): Segment[] {
  const segments: Segment[] = [];
  let previous: Segment | undefined;
  let j = 0;
  for (let i = 0; i < possible.length; i += 2) {
    const end = possible[i + 1] as number;
    let first = possible[i] as number;
    while (first <= end) {
      while (j < set.length && (set[j + 1] as number) < first) j += 2;
      const next = j < set.length ? (set[j] as number) : LARGEST + 1;
      const isIn = next <= first;
      const last = Math.min(end, isIn ? (set[j + 1] as number) : next - 1);
      if (previous && previous.isIn === isIn) previous.last = last;
      else {
        previous = { first, last, isIn };
        segments.push(previous);
      }
      first = last + 1;
    }
  }
  return segments;
}

/** Where the jumps go and what they test. */
interface Place {
  readonly graph: JumpGraph;
  readonly value: Value;
  readonly yes: Node;
  readonly no: Node;
  /** Whether to execute few comparisons rather than to have few. */
  readonly speed: boolean;
}

/** A single value taken out of the middle joins its neighbours: two segments fewer for one test. */
function takeSingles(segments: readonly Segment[]): { rest: Segment[]; singles: Segment[] } {
  const singles: Segment[] = [];
  const rest: Segment[] = [];
  let previous: Segment | undefined;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as Segment;
    if (previous && i + 1 < segments.length && segment.first === segment.last) {
      singles.push(segment);
      i++;
      previous.last = (segments[i] as Segment).last;
    } else {
      previous = segment;
      rest.push(segment);
    }
  }
  return { rest, singles };
}

/** Comparisons from below upwards, fewest in number. */
function chainOfTests(place: Place, segments: readonly Segment[]): Node {
  const { graph, value, yes, no } = place;
  const { rest, singles } = takeSingles(segments);
  let at = (rest[rest.length - 1] as Segment).isIn ? yes : no;
  for (let i = rest.length - 2; i >= 0; i--) {
    const below = rest[i] as Segment;
    const target = below.isIn ? yes : no;
    if (below.first === below.last && i === 0) at = graph.node(EQ, value, below.first, target, at);
    else
      at = lastSingle(rest, i)
        ? graph.node(EQ, value, (rest[i + 1] as Segment).first, at, target)
        : graph.node(GT, value, below.last, at, target);
  }
  for (let i = singles.length - 1; i >= 0; i--) {
    const { first, isIn } = singles[i] as Segment;
    at = graph.node(EQ, value, first, isIn ? yes : no, at);
  }
  return at;
}

function lastSingle(rest: readonly Segment[], i: number): boolean {
  const next = rest[i + 1] as Segment;
  return i === rest.length - 2 && next.first === next.last;
}

const SEARCH_LEAF = 3;

/** Comparisons as a balanced tree: each halves the segments. */
function searchTree(place: Place, segments: readonly Segment[]): Node {
  if (segments.length <= 2 * SEARCH_LEAF) return chainOfTests(place, segments);
  const middle = segments.length >>> 1;
  const low = segments.slice(0, middle);
  const high = searchTree(place, segments.slice(middle));
  const below = searchTree(place, low);
  return place.graph.node(GT, place.value, (low[low.length - 1] as Segment).last, high, below);
}

/** Bits that alone decide whether a masked value is zero: then one jump tests them without masking. */
function bitTest(place: Place, decisions: Decisions, segments: readonly Segment[]): Node | undefined {
  const { values } = decisions;
  const { value, graph, yes, no } = place;
  if (segments.length !== 2 || values.kinds[value] !== AND || values.kinds[values.bs[value] as number] !== CONST)
    return undefined;
  const zero = segments[0] as Segment;
  if (zero.first !== 0 || zero.last !== 0) return undefined;
  const mask = values.numberOf(values.bs[value] as Value);
  return graph.node(SET, values.as[value] as number, mask, zero.isIn ? no : yes, zero.isIn ? yes : no);
}

function expandMember(place: Place, decisions: Decisions, set: Ranges, possible: Ranges): Node {
  const segments = segmentsOf(set, possible);
  if (segments.length === 0) return place.no;
  if (segments.length === 1) return (segments[0] as Segment).isIn ? place.yes : place.no;
  const bits = bitTest(place, decisions, segments);
  if (bits !== undefined) return bits;
  return place.speed ? searchTree(place, segments) : chainOfTests(place, segments);
}

/** What a value can be at all: a masked single bit is 0 or that bit. */
function natural(decisions: Decisions, value: Value): Ranges {
  const { values } = decisions;
  if (values.kinds[value] === AND && values.kinds[values.bs[value] as number] === CONST) {
    const mask = values.numberOf(values.bs[value] as Value);
    if (mask !== 0 && (mask & (mask - 1)) === 0) return mask === 1 ? [0, 1] : [0, 0, mask, mask];
  }
  return upTo(values.maxima[value] as number);
}

/** A test for one number that is neither all nor nothing of what is possible: one jump; undefined for other sets. */
function singleJump(place: Place, decisions: Decisions, set: Ranges, known: Ranges | undefined): Node | undefined {
  if (!isSingle(set)) return undefined;
  const { values } = decisions;
  const k = set[0] as number;
  if (values.kinds[place.value] === AND) return undefined;
  if (known && (isSingle(known) || !contains(known, k))) return undefined;
  return place.graph.node(EQ, place.value, k, place.yes, place.no);
}

/** What expansion depends on. */
interface ExpandGoal {
  readonly speed: boolean;
  readonly maps: boolean;
}

/** The graph of single jumps of a graph of decisions that was threaded. Returns it and its root. */
export function expand(threader: Threader, { speed, maps }: ExpandGoal): { graph: JumpGraph; root: Node } {
  const { decisions, root } = threader;
  const { graph: source, sets } = decisions;
  const graph = new JumpGraph(decisions.values, true, source);
  if (root <= ACCEPT) return { graph, root };
  const target: Node[] = [REJECT, ACCEPT];
  for (let i = threader.order.length - 1; i >= 0; i--) {
    const node = threader.order[i] as Node;
    const yes = target[threader.yes[node] as Node] as Node;
    const no = target[threader.no[node] as Node] as Node;
    const operation = source.operations[node] as number;
    const value = source.subjects[node] as Value;
    const operand = source.operands[node] as number;
    if (yes === no && (operation === MEMBER || comparesValues(operation))) {
      target[node] = yes;
      continue;
    }
    if (operation !== MEMBER) {
      target[node] = graph.node(operation, value, operand, yes, no);
      continue;
    }
    const place = { graph, value, yes, no, speed };
    const known = threader.possible(value, threader.facts[node] as Facts);
    const set = sets[operand] as Ranges;
    if (maps && set.length > 2 * MOST_IN_CODE) {
      const { prefixes, isInside } = decisions.lookup(operand);
      target[node] = graph.node(LOOKUP, value, graph.lookup(prefixes), isInside ? yes : no, isInside ? no : yes);
      continue;
    }
    target[node] =
      singleJump(place, decisions, set, known) ??
      expandMember(place, decisions, set, possibleFor(decisions, value, known));
  }
  return { graph, root: target[root] as Node };
}

function possibleFor(decisions: Decisions, value: Value, known: Ranges | undefined): Ranges {
  const whole = natural(decisions, value);
  return known ? intersect(known, whole) : whole;
}
