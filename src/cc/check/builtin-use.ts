// What the handlers of builtins are given, and how they make nodes.

import type { Expression } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { pointerTo, qualified, voidType } from './ctypes.ts';
import type { ExpressionChecker } from './expressions.ts';
import type { BuiltinData, CType, Place, Typed } from './types.ts';

/** A use of a builtin. */
export interface Use {
  readonly checker: ExpressionChecker;
  readonly args: readonly Expression[];
  readonly span: Span;
  readonly name: string;
}

export type Handler = (use: Use) => Place | Typed;

export const pointerType = pointerTo(voidType);
export const constPointerType = pointerTo(qualified(voidType, 1));

// biome-ignore lint/complexity/useMaxParams: name, type and operands of a node
export function node(use: Use, name: string, type: CType, args: readonly Typed[], data?: BuiltinData): Typed {
  return { kind: 'builtin', name, type, arguments: args, span: use.span, ...(data ? { data } : {}) };
}
