// The flow graph made plain: constant branches, empty blocks, blocks with one way in and out, phis that choose nothing.

import { isSameValue, makeTerminator, replaceUses } from '../ir/build.ts';
import { flowChanged, flowGraph } from '../ir/dominators.ts';
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
    if (!a || !b || !isSameValue(a, b)) return undefined;
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
  if (changed) flowChanged(fn);
  return changed;
}

/** Drops what cannot be reached. */
export function removeUnreachable(fn: IrFunction): boolean {
  const graph = flowGraph(fn);
  if (graph.order.length === fn.blocks.length) return false;
  const isReachable = (block: Block): boolean => graph.indexOf(block) >= 0;
  for (const block of fn.blocks) {
    if (isReachable(block)) continue;
    for (const target of block.terminator.targets) if (isReachable(target)) removeIncoming(target, block);
  }
  fn.blocks = fn.blocks.filter(isReachable);
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
    if (value === phi || (only && isSameValue(only, value))) continue;
    if (only) return undefined;
    only = value;
  }
  return only;
}

/** A block with one predecessor that jumps nowhere else is joined to it. */
function mergeChains(fn: IrFunction): boolean {
  // Joining blocks leaves the number of ways to each as it is.
  const graph = flowGraph(fn);
  const gone = new Set<Block>();
  for (const block of fn.blocks) {
    if (gone.has(block)) continue;
    for (;;) {
      const target = block.terminator.op === 'jump' ? block.terminator.targets[0] : undefined;
      if (!target || target === block || target === fn.blocks[0] || graph.predecessors(target).length !== 1) break;
      if (target.unroll !== undefined || target.instructions[0]?.op === 'phi') break;
      block.instructions.push(...target.instructions);
      block.terminator = target.terminator;
      gone.add(target);
      for (const next of target.terminator.targets) renameIncoming(next, target, block);
    }
  }
  if (gone.size === 0) return false;
  fn.blocks = fn.blocks.filter((block) => !gone.has(block));
  flowChanged(fn);
  return true;
}

function renameIncoming(block: Block, from: Block, to: Block): void {
  for (const phi of block.instructions) {
    if (phi.op !== 'phi') return;
    phi.blocks = phi.blocks.map((other) => (other === from ? to : other));
  }
}

/** Where a block that is empty and only jumps on leads, if it can be skipped. */
function wayPast(block: Block): Block | undefined {
  const { instructions, terminator, unroll } = block;
  const target = terminator.targets[0];
  return instructions.length === 0 && terminator.op === 'jump' && unroll === undefined && target !== block
    ? target
    : undefined;
}

/** An empty block that only jumps on is skipped, unless a phi behind needs it to tell two ways apart. */
function skipEmpty(fn: IrFunction): boolean {
  let changed = false;
  const graph = flowGraph(fn);
  const before = new Map<Block, Set<Block>>();
  const waysTo = (block: Block): Set<Block> => {
    const known = before.get(block) ?? new Set(graph.predecessors(block));
    before.set(block, known);
    return known;
  };
  for (const block of fn.blocks) {
    const target = block === fn.blocks[0] ? undefined : wayPast(block);
    if (!target) continue;
    const ways = [...waysTo(block)];
    const into = waysTo(target);
    const hasPhi = target.instructions[0]?.op === 'phi';
    if (ways.length === 0 || (hasPhi && ways.some((from) => into.has(from)))) continue;
    for (const from of ways)
      from.terminator.targets = from.terminator.targets.map((other) => (other === block ? target : other));
    spreadIncoming(target, block, ways);
    into.delete(block);
    for (const from of ways) into.add(from);
    before.set(block, new Set());
    changed = true;
  }
  if (changed) flowChanged(fn);
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
