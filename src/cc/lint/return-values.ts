// Constants that a program returns and its kernel hook does not take.

import type { ProgramKind } from '../../object/index.ts';
import { type ContextRow, contexts } from '../../spec/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { IrFunction, Value } from '../ir/types.ts';
import type { LoweredModule } from '../lower/module.ts';
import { programsOf } from './programs.ts';

/** Hooks of security modules each have a range of their own. */
const varied = new Set<string | undefined>(['lsm']);

/** Says which constant return values are out of range. To be called before optimization: each `return` stands alone then. */
export function checkReturnValues(module: LoweredModule, diagnostics: Diagnostics): void {
  for (const { symbol, kind, entry } of programsOf(module)) {
    const isAllowed = returnTest(kind);
    if (!isAllowed) continue;
    for (const { value, span } of constantReturns(entry, module, new Set())) {
      if (isAllowed.accepts(value)) continue;
      const message = `program '${symbol.name}' (SEC("${symbol.section}")) returns ${value}, ${isAllowed.text}`;
      diagnostics.warning('return-value', message, span as never);
    }
  }
}

interface ReturnTest {
  readonly accepts: (value: number) => boolean;
  readonly text: string;
}

function returnTest({ type, attachType }: ProgramKind): ReturnTest | undefined {
  const row: ContextRow | undefined = contexts.find(({ programType }) => programType === type);
  if (!row || varied.has(type)) return undefined;
  const range = (attachType && row.returnRanges?.[attachType]) ?? row.returnRange;
  if (range) {
    const [low, high] = range;
    const text = low === high ? `the verifier allows ${low} only` : `the verifier allows ${low} to ${high}`;
    return { accepts: (value) => value >= low && value <= high, text };
  }
  if (type !== 'xdp') return undefined;
  const names = (row.returns ?? []).map(({ name, value }) => `${name} (${value})`).join(', ');
  return {
    accepts: (value) => row.returns?.some((meaning) => meaning.value === value) ?? true,
    text: `which is none of ${names}`,
  };
}

/** What `return` statements give where that is a constant, also by way of functions whose result is returned as it is. */
function constantReturns(
  fn: IrFunction,
  module: LoweredModule,
  seen: Set<IrFunction>,
): { readonly value: number; readonly span: unknown }[] {
  if (seen.has(fn)) return [];
  seen.add(fn);
  return fn.blocks.flatMap(({ terminator }) => {
    const value = terminator.op === 'ret' ? unconverted(terminator.args[0]) : undefined;
    if (value?.kind === 'constant') return [{ value: Number(BigInt.asIntN(32, value.value)), span: terminator.span }];
    if (value?.kind !== 'instruction' || value.op !== 'call' || value.target.kind !== 'function') return [];
    const callee = module.ir.functions.get(value.target.name);
    return callee ? constantReturns(callee, module, seen) : [];
  });
}

function unconverted(value: Value | undefined): Value | undefined {
  const isConversion = value?.kind === 'instruction' && ['zext', 'sext', 'trunc'].includes(value.op);
  return isConversion ? unconverted(value.args[0]) : value;
}
