// The flow graph made plain: constant branches, empty blocks, blocks with one way in and out, phis that choose nothing.

import { makeTerminator, predecessors, replaceUses } from '../ir/build.ts';
import { reversePostOrder } from '../ir/dominators.ts';
import type { Block, InstructionOf, IrFunction, Value } from '../ir/types.ts';

/** Takes `from` out of the phis of `block`. */
function removeIncoming(block: Block, from: Block): void {
  for (const phi of block.instructions) {
    if (phi.op !== 'phi') return;
    const at = phi.blocks.indexOf(from);
    if (at < 0) continue;
    phi.blocks.splice(at, 1);
    phi.args.splice(at, 1);
  }
}

function wayOf(condition: Value, then: Block, other: Block): Block | undefined {
  if (condition.kind !== 'constant') return undefined;
  return condition.value !== 0n ? then : other;
}

/** One of two ways that meet at once and bring the same values. */
function eitherWay(block: Block, then: Block, other: Block): Block | undefined {
  const [left, right] = [then, other].map((target) => destinationOf(block, target)) as [Edge, Edge];
  if (left.to !== right.to || left.from === right.from) return undefined;
  for (const phi of left.to.instructions) {
    if (phi.op !== 'phi') break;
    const [a, b] = [left, right].map(({ from }) => phi.args[phi.blocks.indexOf(from)]);
    if (!a || !b || !same(a, b)) return undefined;
  }
  return then === left.to ? other : then;
}

interface Edge {
  readonly from: Block;
  readonly to: Block;
}

/** Where a way from a block arrives, past a block that only jumps on. */
function destinationOf(from: Block, to: Block): Edge {
  const { instructions, terminator } = to;
  const next = terminator.targets[0];
  return instructions.length === 0 && terminator.op === 'jump' && next ? { from: to, to: next } : { from, to };
}

/** Branches that go one way only become jumps. */
function foldBranches(fn: IrFunction): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const { terminator } = block;
    if (terminator.op !== 'branch') continue;
    const [condition, then, other] = [
      terminator.args[0] as Value,
      terminator.targets[0] as Block,
      terminator.targets[1] as Block,
    ];
    const target = then === other ? then : (wayOf(condition, then, other) ?? eitherWay(block, then, other));
    if (!target) continue;
    if (then !== other) removeIncoming(target === then ? other : then, block);
    block.terminator = makeTerminator(fn, 'jump', [], [target], terminator.span);
    changed = true;
  }
  return changed;
}

/** Drops what cannot be reached. */
export function removeUnreachable(fn: IrFunction): boolean {
  const reachable = new Set(reversePostOrder(fn));
  if (reachable.size === fn.blocks.length) return false;
  for (const block of fn.blocks) {
    if (reachable.has(block)) continue;
    for (const target of block.terminator.targets) if (reachable.has(target)) removeIncoming(target, block);
  }
  fn.blocks = fn.blocks.filter((block) => reachable.has(block));
  return true;
}

/** Phis whose arguments are all one value (or themselves) are that value. */
function foldPhis(fn: IrFunction): boolean {
  const replaced = new Map<Value, Value>();
  const resolve = (value: Value): Value => {
    let at = value;
    for (let next = replaced.get(at); next; next = replaced.get(at)) at = next;
    return at;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks) {
      for (const phi of block.instructions) {
        if (phi.op !== 'phi') break;
        if (replaced.has(phi)) continue;
        const only = onlyValue(phi, resolve);
        if (!only) continue;
        replaced.set(phi, only);
        changed = true;
      }
    }
  }
  if (replaced.size === 0) return false;
  replaceUses(fn, replaced);
  for (const block of fn.blocks)
    block.instructions = block.instructions.filter((instruction) => !replaced.has(instruction));
  return true;
}

function onlyValue(phi: InstructionOf<'phi'>, resolve: (value: Value) => Value): Value | undefined {
  let only: Value | undefined;
  for (const arg of phi.args) {
    const value = resolve(arg);
    if (value === phi || (only && same(only, value))) continue;
    if (only) return undefined;
    only = value;
  }
  return only;
}

function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === 'constant' && b.kind === 'constant') return a.type === b.type && a.value === b.value;
  return a.kind === 'symbol' && b.kind === 'symbol' && a.name === b.name && a.offset === b.offset;
}

/** A block with one predecessor that jumps nowhere else is joined to it. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one walk over every shape of use; split, its order would be hidden
function mergeChains(fn: IrFunction): boolean {
  const before = predecessors(fn);
  const gone = new Set<Block>();
  for (const block of fn.blocks) {
    if (gone.has(block)) continue;
    for (;;) {
      const target = block.terminator.op === 'jump' ? block.terminator.targets[0] : undefined;
      if (!target || target === block || target === fn.blocks[0] || before.get(target)?.length !== 1) break;
      if (target.unroll !== undefined || target.instructions[0]?.op === 'phi') break;
      block.instructions.push(...target.instructions);
      block.terminator = target.terminator;
      gone.add(target);
      for (const next of target.terminator.targets) {
        renameIncoming(next, target, block);
        before.set(
          next,
          (before.get(next) ?? []).map((from) => (from === target ? block : from)),
        );
      }
    }
  }
  if (gone.size === 0) return false;
  fn.blocks = fn.blocks.filter((block) => !gone.has(block));
  return true;
}

function renameIncoming(block: Block, from: Block, to: Block): void {
  for (const phi of block.instructions) {
    if (phi.op !== 'phi') return;
    phi.blocks = phi.blocks.map((other) => (other === from ? to : other));
  }
}

/** An empty block that only jumps on is skipped, unless a phi behind needs it to tell two ways apart. */
function skipEmpty(fn: IrFunction): boolean {
  let changed = false;
  const before = new Map([...predecessors(fn)].map(([block, ways]) => [block, new Set(ways)]));
  for (const block of fn.blocks) {
    const target = block.terminator.targets[0];
    if (
      block === fn.blocks[0] ||
      block.instructions.length > 0 ||
      block.terminator.op !== 'jump' ||
      !target ||
      target === block
    )
      continue;
    if (block.unroll !== undefined) continue;
    const ways = [...(before.get(block) ?? [])];
    const into = before.get(target) ?? new Set();
    const hasPhi = target.instructions[0]?.op === 'phi';
    if (ways.length === 0 || (hasPhi && ways.some((from) => into.has(from)))) continue;
    for (const from of ways)
      from.terminator.targets = from.terminator.targets.map((other) => (other === block ? target : other));
    spreadIncoming(target, block, ways);
    into.delete(block);
    for (const from of ways) into.add(from);
    before.delete(block);
    changed = true;
  }
  return changed && removeUnreachable(fn);
}

function spreadIncoming(target: Block, block: Block, ways: readonly Block[]): void {
  for (const phi of target.instructions) {
    if (phi.op !== 'phi') return;
    const at = phi.blocks.indexOf(block);
    if (at < 0) continue;
    const value = phi.args[at] as Value;
    phi.blocks.splice(at, 1, ...ways);
    phi.args.splice(at, 1, ...ways.map(() => value));
  }
}

/** Simplifies until nothing changes. */
export function simplifyBlocks(fn: IrFunction): boolean {
  let changed = false;
  for (let again = true; again; ) {
    again = foldBranches(fn);
    again = removeUnreachable(fn) || again;
    again = foldPhis(fn) || again;
    again = mergeChains(fn) || again;
    again = skipEmpty(fn) || again;
    changed ||= again;
  }
  return changed;
}
