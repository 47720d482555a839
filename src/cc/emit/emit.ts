// The back end: every function of the module from IR to bytes.

import type { SourceSpan } from '../../base/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { IrModule } from '../ir/types.ts';
import type { LoweredModule } from '../lower/module.ts';
import { allocateRegisters } from './allocate.ts';
import { dropDecidedBranches } from './decided-branches.ts';
import { encodeFunction } from './encode.ts';
import { checkStack, placeFrame } from './frame.ts';
import { layOutLoops } from './layout.ts';
import { mergeTails } from './merge-tails.ts';
import { checkPressure } from './pressure.ts';
import { removeUnused } from './remove-unused.ts';
import { neighbours, placeVariables, usedSymbols } from './sections.ts';
import { select } from './select.ts';
import { skipEmptyBlocks } from './skip-empty.ts';
import type { EncodedFunction, IsaVersion } from './types.ts';

/** Most arguments a call can have. */
const argumentLimit = 5;

/** Emits the module for an ISA version. The IR is used up. */
export function emit(lowered: LoweredModule, version: IsaVersion, diagnostics: Diagnostics): EncodedFunction[] {
  const module = lowered.ir;
  checkCalls(module, diagnostics);
  diagnostics.throwIfErrors();
  const symbols = { externs: module.externs, neighbours: neighbours(placeVariables(lowered, usedSymbols(lowered))) };
  const result: EncodedFunction[] = [];
  for (const fn of module.functions.values()) {
    const selected = select(fn, version, symbols);
    removeUnused(selected);
    checkPressure(selected, diagnostics);
    allocateRegisters(selected);
    skipEmptyBlocks(selected);
    layOutLoops(selected);
    dropDecidedBranches(selected);
    const stackBytes = placeFrame(selected);
    checkStack(selected, stackBytes, diagnostics);
    mergeTails(selected);
    result.push(encodeFunction(selected, { version, diagnostics, stackBytes }));
  }
  return result;
}

/** Refuses what no instruction can do: calls with too many arguments, of functions that are not there. */
function checkCalls(module: IrModule, diagnostics: Diagnostics): void {
  for (const fn of module.functions.values()) {
    if (fn.parameters.length > argumentLimit) {
      diagnostics.error(
        'too-many-arguments',
        `function '${fn.name}' has ${fn.parameters.length} parameters; BPF passes at most ${argumentLimit}`,
        fn.span,
        {
          hint: 'mark it __always_inline, or pass a pointer to a struct',
        },
      );
    }
    for (const block of fn.blocks) {
      for (const instruction of block.instructions) {
        if (instruction.op !== 'call') continue;
        if (instruction.target.kind === 'indirect') refuseIndirect(instruction.span, diagnostics);
        if (instruction.args.length <= argumentLimit) continue;
        const { name } = instruction.target;
        diagnostics.error(
          'too-many-arguments',
          `call of '${name}' with ${instruction.args.length} arguments; BPF passes at most ${argumentLimit}`,
          instruction.span as never,
        );
      }
    }
  }
}

function refuseIndirect(span: SourceSpan | undefined, diagnostics: Diagnostics): void {
  diagnostics.error('indirect-call', 'indirect call: BPF can only call functions known when compiling', span, {
    hint: 'call the function by name, make the function that takes the pointer __always_inline, or pass it to a helper such as bpf_loop',
  });
}
