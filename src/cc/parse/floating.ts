// Floating-point literals: BPF knows them only as integers written otherwise, as in `1e9` or `(u64)(0.5 * HZ)`, so that arithmetic
// on nothing but literals is done here.

import type { Expression } from './types.ts';

type Float = Expression & { readonly kind: 'float' };

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** The literal that an operation on literals amounts to, where one of them is floating; else the operation. */
export function foldFloating(node: Expression & { readonly kind: 'binary' | 'unary' }): Expression {
  if (node.kind === 'unary') {
    if (node.operand.kind !== 'float' || (node.op !== '-' && node.op !== '+')) return node;
    return float(node.op === '-' ? -node.operand.value : node.operand.value, node);
  }
  const { left, right, op } = node;
  if (left.kind !== 'float' && right.kind !== 'float') return node;
  const [a, b] = [numberOf(left), numberOf(right)];
  const value = a === undefined || b === undefined ? undefined : operations[op]?.(a, b);
  return value === undefined ? node : float(value, node);
}

function float(value: number, { span }: Expression): Float {
  return { kind: 'float', value, span };
}

function numberOf(node: Expression): number | undefined {
  if (node.kind === 'float') return node.value;
  return node.kind === 'integer' ? Number(node.value) : undefined;
}

/** Value of a literal. `1.5e3f`, `0x1.8p3`: without the suffix, and hexadecimal fractions by hand. */
export function parseFloating(text: string): number {
  const hex = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)/.exec(text);
  if (!hex) return Number(text.replace(/[fFlLdDqQ]+$/, ''));
  const [, whole = '', fraction = '', exponent = '0'] = hex;
  return Number.parseInt(`0${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
}
