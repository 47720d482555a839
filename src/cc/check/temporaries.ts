// Locals that no text declares.

import type { Span } from '../preprocess/types.ts';
import type { CType, Variable } from './types.ts';

/** A local that holds a value for the time of an expression. */
export function temporary(type: CType, span: Span): Variable {
  return {
    kind: 'variable',
    name: '',
    type,
    storage: 'local',
    section: undefined,
    align: 0,
    weak: false,
    hidden: false,
    used: true,
    initial: undefined,
    span,
    symbol: '',
    declTags: [],
    cleanup: undefined,
  };
}
