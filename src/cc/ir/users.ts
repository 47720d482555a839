// Who uses the results of instructions.

import type { Instruction, IrFunction, Value } from './types.ts';

/** The instructions that take each instruction's result: one that takes it twice stands there twice. */
export function usersOf(fn: IrFunction): Map<Value, Instruction[]> {
  const users = new Map<Value, Instruction[]>();
  for (const { instructions, terminator } of fn.blocks) {
    for (const user of [...instructions, terminator]) {
      for (const arg of user.args) {
        if (arg.kind !== 'instruction') continue;
        const known = users.get(arg);
        if (known) known.push(user);
        else users.set(arg, [user]);
      }
    }
  }
  return users;
}
