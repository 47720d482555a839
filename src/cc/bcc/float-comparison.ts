// Comparisons of integers with floating constants, which tools write for thresholds: the same comparison with an integer.

import type { Expression } from '../parse/types.ts';

type Binary = Expression & { readonly kind: 'binary' };

const flipped: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

/** Where an integer stands on the same side of: `x < 2.5` is `x < 3`, `x > 2.5` is `x > 2`. */
const bounds: Readonly<Record<string, (value: number) => number>> = {
  '<': Math.ceil,
  '>=': Math.ceil,
  '>': Math.floor,
  '<=': Math.floor,
};

/** `x < 1e7` without the floating constant; undefined for everything else. Needs no arithmetic at run time. */
export function integerComparison(node: Expression): Expression | undefined {
  if (node.kind !== 'binary') return undefined;
  if (node.left.kind === 'float') {
    const op = flipped[node.op];
    return op === undefined
      ? undefined
      : integerComparison({ ...node, op: op as Binary['op'], left: node.right, right: node.left });
  }
  const bound = bounds[node.op];
  if (!bound || node.right.kind !== 'float') return undefined;
  const value = bound(node.right.value);
  if (!Number.isSafeInteger(value) || value < 0) return undefined;
  const { span } = node.right;
  return { ...node, right: { kind: 'integer', value: BigInt(value), unsigned: false, long: 2, decimal: true, span } };
}
