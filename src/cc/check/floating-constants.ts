// Floating-point constants that are made integers at once, as in `(u64)1e9`: all that BPF knows of them.

import type { Expression } from '../parse/types.ts';
import { integerOf } from './ctypes.ts';
import type { CType } from './types.ts';

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** Value of an expression of literals, one of them at least floating; undefined where it is anything else. */
export function floatingConstant(node: Expression): number | undefined {
  return hasFloat(node) ? numberOf(node) : undefined;
}

function hasFloat(node: Expression): boolean {
  if (node.kind === 'float') return true;
  if (node.kind === 'unary') return hasFloat(node.operand);
  return node.kind === 'binary' && (hasFloat(node.left) || hasFloat(node.right));
}

function numberOf(node: Expression): number | undefined {
  if (node.kind === 'float') return parseFloating(node.text);
  if (node.kind === 'integer') return Number(node.value);
  if (node.kind === 'unary') {
    const value = node.op === '-' || node.op === '+' ? numberOf(node.operand) : undefined;
    return value !== undefined && node.op === '-' ? -value : value;
  }
  if (node.kind !== 'binary') return undefined;
  const [left, right] = [numberOf(node.left), numberOf(node.right)];
  return left === undefined || right === undefined ? undefined : operations[node.op]?.(left, right);
}

/** `1.5e3f`, `0x1.8p3`: without the suffix, and hexadecimal fractions by hand. */
function parseFloating(text: string): number {
  const hex = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)/.exec(text);
  if (!hex) return Number(text.replace(/[fFlLdDqQ]+$/, ''));
  const [, whole = '', fraction = '', exponent = '0'] = hex;
  return Number.parseInt(`0${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
}

/** The number without its fraction; of `_Bool`, whether it is not 0. */
export function truncated(value: number, type: CType): bigint {
  if (integerOf(type)?.rank === 0) return value === 0 ? 0n : 1n;
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}
