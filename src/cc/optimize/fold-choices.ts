// What is computed from a choice of constants becomes a choice of results: `(a ? 1 : 3) * 10` is `a ? 10 : 30`.

import { makeInstruction, replaceUses } from '../ir/build.ts';
import { pureOps } from '../ir/operations.ts';
import type { Block, Constant, Instruction, InstructionOf, IrFunction, IrModule, Value } from '../ir/types.ts';
import { foldInstruction } from './fold-constants.ts';
import { incoming, phisOf } from './loops.ts';

/** The only user of each phi that has but one. */
function onlyUsers(fn: IrFunction): Map<Value, Instruction | undefined> {
  const users = new Map<Value, Instruction | undefined>();
  for (const { instructions, terminator } of fn.blocks) {
    for (const instruction of [...instructions, terminator])
      for (const arg of instruction.args)
        if (arg.kind === 'instruction' && arg.op === 'phi') users.set(arg, users.has(arg) ? undefined : instruction);
  }
  return users;
}

type Phi = InstructionOf<'phi'>;

const isChoice = (phi: Phi): boolean => phi.args.every(({ kind }) => kind === 'constant');

/** The choices that an operation of their block depends on, if on nothing else and nothing else on them. */
function choicesOf(user: Instruction, phis: readonly Phi[], users: ReturnType<typeof onlyUsers>): readonly Phi[] {
  const choices = user.args.filter(({ kind }) => kind !== 'constant') as Phi[];
  const isOnlyHere = (phi: Phi): boolean => users.get(phi) === user && phis.includes(phi) && isChoice(phi);
  return pureOps.has(user.op) && choices.every(isOnlyHere) ? choices : [];
}

/** The results of an operation for each way to its block. */
function results(user: Instruction, choices: readonly Phi[], module: IrModule): Constant[] | undefined {
  const found: Constant[] = [];
  for (const from of (choices[0] as Phi).blocks) {
    const args = user.args.map((arg) => (arg.kind === 'constant' ? arg : incoming(arg as Phi, from)));
    const result = foldInstruction({ ...user, args } as Instruction, module);
    if (result?.kind !== 'constant') return undefined;
    found.push(result);
  }
  return found;
}

function foldIn(fn: IrFunction, block: Block, module: IrModule, users: ReturnType<typeof onlyUsers>): boolean {
  const phis = phisOf(block);
  if (phis.length === 0) return false;
  const gone = new Set<Value>();
  const replaced = new Map<Value, Value>();
  for (const user of block.instructions) {
    const choices = choicesOf(user, phis, users);
    const [first] = choices;
    const args = first && results(user, choices, module);
    if (!args) continue;
    const { blocks, span } = first;
    replaced.set(user, makeInstruction(fn, 'phi', args, { type: user.type, blocks: [...blocks], span }));
    for (const each of [user, ...choices]) gone.add(each);
  }
  if (gone.size === 0) return false;
  const made = [...replaced.values()] as Instruction[];
  block.instructions = [...made, ...block.instructions.filter((instruction) => !gone.has(instruction))];
  replaceUses(fn, replaced);
  return true;
}

/** Folds operations on choices, until nothing changes. */
export function foldChoices(fn: IrFunction, module: IrModule): boolean {
  let changed = false;
  for (let again = fn.blocks.some((block) => phisOf(block).some(isChoice)); again; changed ||= again) {
    again = false;
    const users = onlyUsers(fn);
    for (const block of fn.blocks) again = foldIn(fn, block, module, users) || again;
  }
  return changed;
}
