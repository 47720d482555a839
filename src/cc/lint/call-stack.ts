// The stack of a whole chain of calls, as `check_max_stack_depth()` of the verifier counts it (kernel/bpf/verifier.c, v6.18).

import type { Diagnostics } from '../diagnostics.ts';
import type { EncodedFunction } from '../emit/types.ts';
import type { LoweredModule } from '../lower/module.ts';

const STACK_LIMIT = 512;
const FRAME_LIMIT = 8;

/** Every frame takes at least this, and a multiple of it. */
const FRAME_UNIT = 32;

interface Chain {
  readonly names: readonly string[];
  readonly bytes: number;
}

/** Says which chains of calls need more stack, or more frames, than there are. */
export function checkCallStack(
  functions: readonly EncodedFunction[],
  module: LoweredModule,
  diagnostics: Diagnostics,
): void {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  for (const entry of functions) {
    if (module.ir.functions.get(entry.name)?.linkage !== 'program') continue;
    const { names, bytes } = deepest(entry, byName, new Set());
    const span = module.ir.functions.get(entry.name)?.span as never;
    const chain = names.join(' -> ');
    if (bytes > STACK_LIMIT && names.length > 1)
      diagnostics.warning(
        'call-stack',
        `the calls ${chain} need ${bytes} bytes of stack together, BPF has ${STACK_LIMIT} (Linux 6.13 and later: tracing programs have as much for each function)`,
        span,
        { hint: 'keep large objects in a per-CPU array map with one entry' },
      );
    else if (names.length > FRAME_LIMIT)
      diagnostics.warning('call-stack', `the calls ${chain} are ${names.length} deep, BPF allows ${FRAME_LIMIT}`, span);
  }
}

/** The chain of calls from a function that needs the most stack. */
function deepest(fn: EncodedFunction, byName: ReadonlyMap<string, EncodedFunction>, open: ReadonlySet<string>): Chain {
  const own = Math.max(FRAME_UNIT, Math.ceil(fn.stackBytes / FRAME_UNIT) * FRAME_UNIT);
  const inner = new Set(open).add(fn.name);
  let most: Chain = { names: [], bytes: 0 };
  for (const fixup of fn.fixups) {
    const name = fixup.kind === 'call' && fixup.target.kind === 'function' ? fixup.target.name : '';
    const callee = inner.has(name) ? undefined : byName.get(name);
    const below = callee && deepest(callee, byName, inner);
    if (below && (below.bytes > most.bytes || below.names.length > FRAME_LIMIT)) most = below;
  }
  return { names: [fn.name, ...most.names], bytes: own + most.bytes };
}
