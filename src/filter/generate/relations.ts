// Comparisons of arithmetic expressions, with the conditions under which their loads make sense.

import { and, EQ, EQ_VALUE, type Formula, GE_VALUE, GT_VALUE, not, test } from '../ir/formula.ts';
import { ADD, AND, DIV, LSH, MOD, MUL, NO_BASE, OR, RSH, SUB, type Value, type ValueKind, XOR } from '../ir/values.ts';
import type { Arithmetic, ArithmeticOperator, Primitive, RelationOperator } from '../parse/ast.ts';
import { MEMORY_WORDS } from '../select/code.ts';
import type { Generator, Place } from './generator.ts';
import { linkTypeIs } from './link-layer.ts';
import { etherType } from './numbers.ts';
import { isNotLaterFragment } from './ports.ts';
import { protocolWord } from './protocols.ts';

/** A value, and what must hold for it to make sense. */
interface Guarded {
  readonly value: Value;
  readonly guard: Formula | undefined;
}

type Load = Extract<Arithmetic, { kind: 'load' }>;

const operators: Readonly<Record<ArithmeticOperator, ValueKind>> = {
  '+': ADD,
  '-': SUB,
  '*': MUL,
  '/': DIV,
  '%': MOD,
  '&': AND,
  '|': OR,
  '^': XOR,
  '<<': LSH,
  '>>': RSH,
};

function both(left: Formula | undefined, right: Formula | undefined): Formula | undefined {
  return left && right ? and(left, right) : (left ?? right);
}

/** The value `size` bytes at `index` behind a place. */
function indexed(g: Generator, place: Place, index: Value, size: number): Value {
  const { values } = g;
  if (values.folds && values.isConstant(index)) {
    const k = values.numberOf(index);
    const offset = place.offset + k;
    // A negative index may stay behind the packet's start; one that may not is added to the base, as numbers wrap there.
    const isBehindStart = k <= 0x7fffffff || offset > 0xffffffff;
    if (place.base === NO_BASE || isBehindStart) return values.load(size, place.base, offset >>> 0);
  }
  const base = place.base === NO_BASE ? index : values.binary(ADD, index, place.base);
  return values.load(size, base, place.offset);
}

function networkLoad(g: Generator, node: Load, { value: index, guard }: Guarded): Guarded {
  const place = { base: g.payload.base, offset: (g.payload.offset + g.net) >>> 0 };
  return { value: indexed(g, place, index, node.size), guard: both(guard, protocolWord(g, node.protocol)) };
}

/** Behind the IPv4 header; only there, and not in later fragments. */
function transportLoad(g: Generator, node: Load, { value: index, guard }: Guarded): Guarded {
  const isTransport = both(guard, and(protocolWord(g, node.protocol), isNotLaterFragment(g))) as Formula;
  const value = indexed(g, g.ipv4Transport(), index, node.size);
  return { value, guard: and(linkTypeIs(g, etherType.ip), isTransport) };
}

function icmp6Load(g: Generator, node: Load, { value: index, guard }: Guarded): Guarded {
  const isIcmp6 = and(linkTypeIs(g, etherType.ip6), g.equals(g.fromNetwork(1, 6), 58));
  const place = { base: g.payload.base, offset: (g.payload.offset + g.net + 40) >>> 0 };
  return { value: indexed(g, place, index, node.size), guard: both(guard, isIcmp6) };
}

function radioLoad(g: Generator, node: Load, { value: index, guard }: Guarded): Guarded {
  const { prefix } = g.linkType;
  if (!prefix || prefix === 'ppi' || g.family !== '802.11')
    throw g.refuse('radio', `${g.linkType.name} has no radio header`);
  return { value: indexed(g, { base: NO_BASE, offset: 0 }, index, node.size), guard };
}

type LoadHandler = (g: Generator, node: Load, index: Guarded) => Guarded;

function linkLoad(g: Generator, node: Load, { value: index, guard }: Guarded): Guarded {
  return { value: indexed(g, g.header, index, node.size), guard };
}

const loads: ReadonlyMap<string, LoadHandler> = new Map([
  ['link', linkLoad],
  ['radio', radioLoad],
  ['icmp6', icmp6Load],
  ...['ip', 'ip6', 'arp', 'rarp', 'atalk', 'decnet', 'lat', 'sca', 'moprc', 'mopdl'].map(
    (word): [string, LoadHandler] => [word, networkLoad],
  ),
  ...['tcp', 'udp', 'icmp', 'igmp', 'igrp', 'pim', 'vrrp', 'carp', 'sctp'].map((word): [string, LoadHandler] => [
    word,
    transportLoad,
  ]),
]);

/** The constant with which an operand's code begins, as libpcap looks at it: also the index of a load. */
function leadingConstant(node: Arithmetic): number | undefined {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'load':
      return leadingConstant(node.offset);
    case 'binary':
      return leadingConstant(node.left);
    case 'negate':
      return leadingConstant(node.operand);
    case 'length':
      return undefined;
  }
}

/** Operators that not every right side makes sense for. */
const demanding: ReadonlySet<ArithmeticOperator> = new Set(['/', '%', '<<', '>>']);

function checkOperand(g: Generator, operator: ArithmeticOperator, right: Arithmetic): void {
  if (!demanding.has(operator)) return;
  if (right.kind === 'binary' || right.kind === 'negate') g.hasFoldableArithmetic = true;
  const k = leadingConstant(right);
  if (k === undefined) return;
  const isPlain = right.kind === 'constant';
  const hint = isPlain
    ? undefined
    : 'libpcap takes the first number on the right side for the whole of it; put the operands the other way round';
  if (k === 0 && operator === '/') throw g.refuse('division', 'division by zero', hint);
  if (k === 0 && operator === '%') throw g.refuse('division', 'remainder of a division by zero', hint);
  if (k > 31 && (operator === '<<' || operator === '>>'))
    throw g.refuse('shift', `shift by ${k}: more than 31 bits`, hint);
}

function evaluate(g: Generator, node: Arithmetic): Guarded {
  const { values } = g;
  switch (node.kind) {
    case 'constant':
      return { value: values.constant(node.value), guard: undefined };
    case 'length':
      return { value: values.length(), guard: undefined };
    case 'negate': {
      const { value, guard } = evaluate(g, node.operand);
      return { value: values.negate(value), guard };
    }
    case 'load': {
      const index = evaluate(g, node.offset);
      const handler = loads.get(node.protocol);
      if (!handler)
        throw g.refuse(
          'index',
          `"${node.protocol}" cannot be indexed`,
          'ether, ip, ip6, tcp, udp, icmp and their like can',
        );
      return handler(g, node, index);
    }
    case 'binary': {
      const left = evaluate(g, node.left);
      const right = evaluate(g, node.right);
      checkOperand(g, node.operator, node.right);
      // Zero multiplied, divided or shifted stays zero, whatever the right side may be.
      if (values.isConstant(left.value) && values.numberOf(left.value) === 0) g.hasFoldableArithmetic = true;
      // As in libpcap, only the left operand's protocol is checked for.
      return { value: values.binary(operators[node.operator], left.value, right.value), guard: left.guard };
    }
  }
}

/** A comparison in terms of those there are: whether to negate, whether equality, whether strictly. */
const relations: Readonly<Record<RelationOperator, { comparison: 'eq' | 'gt' | 'ge'; negated: boolean }>> = {
  '=': { comparison: 'eq', negated: false },
  '!=': { comparison: 'eq', negated: true },
  '>': { comparison: 'gt', negated: false },
  '<=': { comparison: 'gt', negated: true },
  '>=': { comparison: 'ge', negated: false },
  '<': { comparison: 'ge', negated: true },
};

const comparisons = { eq: EQ_VALUE, gt: GT_VALUE, ge: GE_VALUE } as const;

/** A comparison of a value with a constant as the field primitives make it; `!=` there means `=`, as in libpcap. */
export function fieldTest(g: Generator, value: Value, operator: RelationOperator, k: number): Formula {
  const { comparison, negated } = relations[operator];
  if (comparison === 'eq') return test(EQ, value, k >>> 0);
  const holds = comparison === 'gt' ? g.greater(value, k) : g.atLeast(value, k);
  return negated ? not(holds) : holds;
}

/** Words of scratch memory that libpcap takes for a value: one for each operand that waits for another. */
function wordsFor(node: Arithmetic): number {
  switch (node.kind) {
    case 'constant':
    case 'length':
      return 1;
    case 'load':
      return Math.max(wordsFor(node.offset), 2);
    case 'negate':
      return wordsFor(node.operand);
    case 'binary':
      return wordsForBoth(node);
  }
}

function wordsForBoth({ left, right }: { readonly left: Arithmetic; readonly right: Arithmetic }): number {
  return Math.max(wordsFor(left), 1 + wordsFor(right));
}

/** `LEFT OPERATOR RIGHT`. */
export function relation(g: Generator, node: Extract<Primitive, { kind: 'relation' }>): Formula {
  if (wordsForBoth(node) > MEMORY_WORDS)
    throw g.refuse('too-complex', 'too many operands wait for others', 'put the deeper operand on the left');
  const left = evaluate(g, node.left);
  const right = evaluate(g, node.right);
  const { comparison, negated } = relations[node.operator];
  const plain = test(comparisons[comparison], left.value, right.value);
  const holds = negated ? not(plain) : plain;
  const guard = both(left.guard, right.guard);
  return guard ? and(guard, holds) : holds;
}
