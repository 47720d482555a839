// Floating-point literals as typed constants: whole numbers, which can be made integers and nothing else.

import type { Span } from '../preprocess/types.ts';
import { constantNode } from './conversions.ts';
import { doubleType, integerOf } from './ctypes.ts';
import type { CType, Typed } from './types.ts';

/** A literal of type `double`; one with a fraction holds 0, and is to be refused. */
export function floatingNode(value: number, span: Span): Typed {
  return { kind: 'constant', type: doubleType, value: Number.isInteger(value) ? BigInt(value) : 0n, span };
}

/** A literal cast to an integer: without its fraction; as `_Bool`, whether it is not 0. */
export function truncatedNode(value: number, type: CType, span: Span): Typed {
  const isTruth = integerOf(type)?.rank === 0;
  return constantNode(type, isTruth ? Number(value !== 0) : Math.trunc(Number.isFinite(value) ? value : 0), span);
}
