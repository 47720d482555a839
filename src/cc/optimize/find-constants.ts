// Variables of the module's own that nothing writes and whose address goes nowhere are constants.

import type { Instruction, IrModule, Value } from '../ir/types.ts';

/** The symbol that an address is counted from. */
function rootOf(address: Value): string | undefined {
  let at = address;
  while (at.kind === 'instruction' && at.op === 'ptradd') at = at.args[0] as Value;
  return at.kind === 'symbol' ? at.name : undefined;
}

/** Uses of an address that neither write through it nor pass it on. */
function isHarmless({ op }: Instruction, index: number): boolean {
  if (op === 'compare') return true;
  return index === 0 ? op === 'load' || op === 'ptradd' : op === 'copy';
}

/** Private data that may be written. */
function writtenData({ functions }: IrModule): Set<string | undefined> {
  const written = new Set<string | undefined>();
  for (const { blocks } of functions.values()) {
    for (const { instructions, terminator } of blocks) {
      for (const instruction of [...instructions, terminator])
        for (const [i, arg] of instruction.args.entries()) if (!isHarmless(instruction, i)) written.add(rootOf(arg));
    }
  }
  return written;
}

/** Makes constants of private data that is only read. */
export function findConstants(module: IrModule): boolean {
  const { privateData, constants } = module;
  if (privateData.size === 0) return false;
  const written = writtenData(module);
  const before = constants.size;
  for (const [name, bytes] of privateData) if (!written.has(name)) constants.set(name, bytes);
  return constants.size > before;
}
