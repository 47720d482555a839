// For tests of passes: IR text before, IR text after.

import { parseModule } from '../ir/parse.ts';
import { printFunction } from '../ir/print.ts';
import type { IrFunction } from '../ir/types.ts';
import { verifyModule } from '../ir/verify.ts';
import type { FunctionPass } from './passes.ts';

/** `body` as the only function `f`: parameters `%arg0` (a pointer) and `%arg1` (a number), returning a number. */
export function functionText(body: string): string {
  return `program f(ptr %arg0, i64 %arg1) -> i64 {\n${body.trim()}\n}\n`;
}

/** The body of the function after a pass; the IR's rules are checked before and behind. */
export function bodyAfter(
  pass: FunctionPass,
  body: string,
  constants: readonly (readonly [string, Uint8Array])[] = [],
): string {
  const module = { ...parseModule(functionText(body)), constants: new Map(constants) };
  verifyModule(module);
  const fn = module.functions.get('f') as IrFunction;
  pass(fn, module);
  verifyModule(module);
  return printFunction(fn).split('\n').slice(1, -2).join('\n');
}

/** As `bodyAfter`, of one block: its instructions, one a line, without indentation. */
export function lineAfter(pass: FunctionPass, lines: string): string {
  const body = `entry.1:\n${lines}`;
  return bodyAfter(pass, body)
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .join('\n');
}
