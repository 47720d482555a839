// Results of helpers that may be null, dereferenced where nothing has looked at them.

import type { Diagnostics } from '../diagnostics.ts';
import type { Block, Instruction, InstructionOf, IrFunction, Value } from '../ir/types.ts';
import { callsOf, helperOf } from './programs.ts';

type Call = InstructionOf<'call'>;

interface Use {
  readonly user: Instruction;
  readonly block: Block;
}

/** Operations that leave a pointer as it is, or that say nothing of whether it is null. */
const plainUses = new Set(['load', 'store', 'atomic', 'call', 'ptradd', 'copy', 'fill']);
const accesses = new Set(['load', 'store', 'atomic', 'copy', 'fill']);

/** Says where a pointer that may be null is dereferenced and no test of it comes before. */
export function checkNullPointers(fn: IrFunction, diagnostics: Diagnostics): void {
  const calls = nullableCalls(fn);
  if (calls.length === 0) return;
  const uses = usesOf(fn);
  for (const call of calls) {
    const found = uncheckedAccess(call, uses);
    if (!found) continue;
    const name = `bpf_${helperOf(call)?.name}`;
    const notes = [
      { severity: 'note', code: 'null-source', message: 'the pointer comes from here', span: call.span },
    ] as const;
    const hint = 'test it first, as in: if (!value) return 0;';
    diagnostics.warning(
      'null-dereference',
      `'${name}' may return NULL, and its result is dereferenced without a test`,
      found.span as never,
      { hint, notes },
    );
  }
}

function nullableCalls(fn: IrFunction): Call[] {
  return callsOf(fn).filter((call) => helperOf(call)?.returns.includes('or-null'));
}

/** Who uses each pointer, and where. */
function usesOf(fn: IrFunction): Map<Value, Use[]> {
  const uses = new Map<Value, Use[]>();
  for (const block of fn.blocks) {
    for (const user of [...block.instructions, block.terminator]) {
      for (const arg of user.args) {
        if (arg.kind !== 'instruction' || arg.type !== 'ptr') continue;
        const list = uses.get(arg);
        if (list) list.push({ user, block });
        else uses.set(arg, [{ user, block }]);
      }
    }
  }
  return uses;
}

/** The first access through the pointer that no test can come before; none where its way cannot be followed. */
function uncheckedAccess(call: Call, uses: ReadonlyMap<Value, readonly Use[]>): Instruction | undefined {
  const derived = new Set<Value>([call]);
  const found: Use[] = [];
  const tests: Use[] = [];
  for (const pointer of derived) {
    for (const use of uses.get(pointer) ?? []) {
      const { user } = use;
      if (user.op === 'compare' && pointer === call) tests.push(use);
      else if (!plainUses.has(user.op)) return undefined;
      if (user.op === 'ptradd') derived.add(user);
      if (accesses.has(user.op) && (user.args[0] === pointer || user.op === 'copy')) found.push(use);
    }
  }
  if (found.length === 0) return undefined;
  const behindTest = blocksBehind(tests);
  return found.find(({ block }) => !behindTest.has(block))?.user;
}

/** Blocks that control can come to after a test: of the test's own block, nothing is behind it but where it branches. */
function blocksBehind(tests: readonly Use[]): Set<Block> {
  const behind = new Set<Block>();
  const work = tests.flatMap(({ block }) => block.terminator.targets);
  for (let block = work.pop(); block; block = work.pop()) {
    if (behind.has(block)) continue;
    behind.add(block);
    work.push(...block.terminator.targets);
  }
  return behind;
}
