// Addresses taken apart: where they start, and the constant added.

import { signedValue } from '../ir/build.ts';
import type { Value } from '../ir/types.ts';

/** The start of a chain of constant additions to a pointer, and their sum. */
export function splitOffset(address: Value): { readonly base: Value; readonly offset: number } {
  let base = address;
  let offset = 0;
  while (base.kind === 'instruction' && base.op === 'ptradd' && base.args[1]?.kind === 'constant') {
    offset += Number(signedValue(base.args[1]));
    base = base.args[0] as Value;
  }
  return { base, offset };
}
