// Arithmetic expressions: precedence climbing, with libpcap's own precedences.

import { problem } from '../problem.ts';
import type { Arithmetic, ArithmeticOperator, RelationOperator } from './ast.ts';
import type { Cursor } from './cursor.ts';

// `^` and `%` have no precedence of their own in the language: what follows them binds tighter, as does their own
// right side to what precedes.
const GREEDY = Number.POSITIVE_INFINITY;
const precedence: ReadonlyMap<string, number> = new Map([
  ['|', 1],
  ['&', 2],
  ['<<', 3],
  ['>>', 3],
  ['+', 4],
  ['-', 4],
  ['*', 5],
  ['/', 5],
  ['^', GREEDY],
  ['%', GREEDY],
]);
const UNARY = 6;

/** Operators and brackets may nest this deep: all that walks them is recursive. */
const ARITHMETIC_LIMIT = 400;

/** The relation operator here, or undefined. */
export function relationOperator(kind: string): RelationOperator | undefined {
  return relationOperators.has(kind) ? (kind as RelationOperator) : undefined;
}
const relationOperators: ReadonlySet<string> = new Set(['>', '>=', '=', '<', '<=', '!=']);

/** Whether `kind` joins arithmetic: an operator or a comparison. */
export function joinsArithmetic(kind: string): boolean {
  return precedence.has(kind) || relationOperators.has(kind);
}

function load(cursor: Cursor): Arithmetic {
  const start = cursor.start;
  const protocol = cursor.text;
  cursor.at++;
  cursor.expect('[', '"["');
  const offset = parseArithmetic(cursor, 0);
  let size = 1;
  if (cursor.accept(':')) {
    const span = cursor.span();
    size = cursor.plainNumber('a size in bytes');
    if (size !== 1 && size !== 2 && size !== 4)
      throw problem(span, 'data-size', `data size must be 1, 2, or 4, not ${size}`);
  }
  cursor.expect(']', '"]"');
  return { kind: 'load', protocol, offset, size, start, end: cursor.previousEnd };
}

function operand(cursor: Cursor): Arithmetic {
  const start = cursor.start;
  switch (cursor.kind) {
    case 'number': {
      const value = cursor.tokens.values[cursor.at++] as number;
      return { kind: 'constant', value, start, end: cursor.previousEnd };
    }
    case 'len':
      cursor.at++;
      return { kind: 'length', start, end: cursor.previousEnd };
    case '-': {
      cursor.at++;
      const inner = parseArithmetic(cursor, UNARY);
      return { kind: 'negate', operand: inner, start, end: cursor.previousEnd };
    }
    case '(': {
      cursor.at++;
      const inner = parseArithmetic(cursor, 0);
      cursor.expect(')', '")" or an operator');
      return inner;
    }
    case 'protocol':
      return load(cursor);
    default:
      throw cursor.unexpected('a number, "len", or a field like ip[0]');
  }
}

/** Parses an arithmetic expression of operators that bind at least as tight as `minimum`. */
export function parseArithmetic(cursor: Cursor, minimum: number): Arithmetic {
  const { depth } = cursor;
  cursor.enter(ARITHMETIC_LIMIT);
  let left = operand(cursor);
  for (;;) {
    const operator = cursor.kind as ArithmeticOperator;
    const level = precedence.get(operator);
    if (level === undefined || level < minimum) break;
    cursor.at++;
    // Every operator of a chain makes the tree of what is left of it deeper.
    cursor.enter(ARITHMETIC_LIMIT);
    const right = parseArithmetic(cursor, level === GREEDY ? 0 : level + 1);
    left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  }
  cursor.depth = depth;
  return left;
}
