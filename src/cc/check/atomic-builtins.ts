// The builtins for atomic access.

import type { Expression } from '../parse/types.ts';
import { type Handler, node, type Use } from './builtin-use.ts';
import { constantNode, errorNode } from './conversions.ts';
import { intType, isInteger, isPointer, pointee, sizeOf, unqualified, voidType } from './ctypes.ts';
import { quoteType } from './print-type.ts';
import type { CType, Typed } from './types.ts';
/** Type that an atomic access through this pointer moves; undefined and reported if BPF cannot. */
export function atomicType(use: Use, pointer: Typed, widths: readonly number[]): CType | undefined {
  const to = pointee(pointer.type);
  const size = to && sizeOf(to);
  if (to && size !== undefined && widths.includes(size) && (isInteger(to) || isPointer(to))) return unqualified(to);
  if (pointer.kind !== 'error') {
    const message = `atomic operation on ${quoteType(pointer.type)}: BPF has atomic operations on 4 and 8 bytes only`;
    use.checker.diagnostics.error('atomic', message, use.span);
  }
  return undefined;
}

export function atomic(name: string, operands: number, result: 'value' | 'bool' | 'void' = 'value'): Handler {
  return (use) => {
    const pointer = use.checker.rvalue(use.args[0] as Expression);
    const type = atomicType(use, pointer, [4, 8]);
    if (!type) return errorNode(use.span);
    const values = use.args
      .slice(1, 1 + operands)
      .map((arg) => use.checker.assignable(use.checker.rvalue(arg), type, 'passing'));
    const returns = result === 'void' ? voidType : result === 'bool' ? intType : type;
    return node(use, name, returns, [pointer, ...values]);
  };
}

/** Every operation with fetch-before and fetch-after names. */
export function atomicFamily(): [string, Handler][] {
  const rows: [string, Handler][] = [];
  for (const op of ['add', 'sub', 'and', 'or', 'xor']) {
    rows.push(
      [`__sync_fetch_and_${op}`, atomic(`atomic-${op}-old`, 1)],
      [`__sync_${op}_and_fetch`, atomic(`atomic-${op}-new`, 1)],
    );
    rows.push(
      [`__atomic_fetch_${op}`, atomic(`atomic-${op}-old`, 1)],
      [`__atomic_${op}_fetch`, atomic(`atomic-${op}-new`, 1)],
    );
  }
  return rows;
}

export function atomicLoad(use: Use): Typed {
  const pointer = use.checker.rvalue(use.args[0] as Expression);
  const type = atomicType(use, pointer, [1, 2, 4, 8]);
  return type ? node(use, 'atomic-load', type, [pointer, orderOf(use, 1)]) : errorNode(use.span);
}

export function atomicStore(use: Use): Typed {
  const pointer = use.checker.rvalue(use.args[0] as Expression);
  const type = atomicType(use, pointer, [1, 2, 4, 8]);
  if (!type) return errorNode(use.span);
  const value = use.checker.assignable(use.checker.rvalue(use.args[1] as Expression), type, 'passing');
  return node(use, 'atomic-store', voidType, [pointer, value, orderOf(use, 2)]);
}

export function orderOf(use: Use, index: number): Typed {
  const order = use.args[index];
  return order ? use.checker.rvalue(order) : constantNode(intType, 5n, use.span);
}

/** `compare_exchange(p, &expected, desired, ...)`. */
export function atomicCompareExchange(use: Use): Typed {
  const { checker } = use;
  const pointer = checker.rvalue(use.args[0] as Expression);
  const type = atomicType(use, pointer, [4, 8]);
  const expected = checker.rvalue(use.args[1] as Expression);
  if (!type || !isPointer(expected.type)) return errorNode(use.span);
  const desired = checker.assignable(checker.rvalue(use.args[2] as Expression), type, 'passing');
  return node(use, 'atomic-compare-exchange', intType, [pointer, expected, desired]);
}
