// Loops that never end, or whose end depends on a number that may be anything: the verifier follows every turn, up to its limit.

import type { Diagnostics } from '../diagnostics.ts';
import { flowGraph } from '../ir/dominators.ts';
import { pureOps } from '../ir/operations.ts';
import type { Block, Instruction, IrFunction, Value } from '../ir/types.ts';
import { findLoops } from '../optimize/loops.ts';

interface Loop {
  readonly head: Block;
  readonly body: ReadonlySet<Block>;
  /** Instructions that stand in it. */
  readonly inside: ReadonlySet<Value>;
}

const hint = 'give it a constant bound, or use bpf_for, bpf_loop or can_loop';

/** Says which loops the verifier cannot see the end of. */
export function checkLoops(fn: IrFunction, diagnostics: Diagnostics): void {
  for (const loop of loopsOf(fn)) {
    const exits = [...loop.body].filter(({ terminator }) =>
      terminator.targets.some((target) => !loop.body.has(target)),
    );
    const [first] = exits;
    const span = (first ?? loop.head).terminator.span as never;
    if (!first) diagnostics.warning('endless-loop', 'this loop has no end', span, { hint });
    else if (exits.every((block) => isFixed(block.terminator, loop)))
      diagnostics.warning('endless-loop', 'what ends this loop does not change in it', span, { hint });
    else if (exits.length === 1 && isBoundUnknown(first.terminator, loop, fn))
      diagnostics.warning(
        'unbounded-loop',
        'the bound of this loop may be any number: the verifier follows every turn',
        span,
        { hint },
      );
  }
}

function loopsOf(fn: IrFunction): Loop[] {
  return findLoops(flowGraph(fn)).map(({ head, body }) => {
    const inside = new Set<Value>([...body].flatMap(({ instructions }) => instructions));
    return { head, body, inside };
  });
}

/** Is a value the same in every turn? */
function isInvariant(value: Value, loop: Loop): boolean {
  if (value.kind !== 'instruction' || !loop.inside.has(value)) return true;
  return pureOps.has(value.op) && value.args.every((arg) => isInvariant(arg, loop));
}

function isFixed(terminator: Block['terminator'], loop: Loop): boolean {
  return terminator.op === 'branch' && isInvariant(terminator.args[0] as Value, loop);
}

const conversions = new Set(['zext', 'sext', 'trunc', 'sign-extend']);

function unconverted(value: Value): Value {
  return value.kind === 'instruction' && conversions.has(value.op) ? unconverted(value.args[0] as Value) : value;
}

/** A counter compared with a number read from memory or got from a call, which nothing else in the function limits. */
function isBoundUnknown(terminator: Block['terminator'], loop: Loop, fn: IrFunction): boolean {
  const test = terminator.args[0];
  if (terminator.op !== 'branch' || test?.kind !== 'instruction' || test.op !== 'compare') return false;
  const sides = test.args as [Value, Value];
  const bound = sides.find((side) => isInvariant(side, loop));
  const counter = unconverted(sides.find((side) => side !== bound) as Value);
  if (!bound || !isCounter(counter, loop)) return false;
  const source = unconverted(bound);
  return isAnyNumber(source) && !isLimited(source, test, fn);
}

/** Starts at a constant, and a constant is added in every turn. */
function isCounter(value: Value, loop: Loop): boolean {
  const phi = value.kind === 'instruction' && value.op === 'add' ? (value.args[0] as Value) : value;
  if (phi.kind !== 'instruction' || phi.op !== 'phi' || !loop.head.instructions.includes(phi)) return false;
  return phi.args.every(
    (arg) =>
      arg.kind === 'constant' ||
      (arg.kind === 'instruction' && arg.op === 'add' && arg.args[0] === phi && arg.args[1]?.kind === 'constant'),
  );
}

function isAnyNumber(value: Value): boolean {
  if (value.kind !== 'instruction' || value.type === 'ptr') return false;
  if (value.op === 'call') return value.target.kind !== 'function';
  // What lies in data sections may be known to the verifier.
  return value.op === 'load' && value.width >= 4 && value.args[0]?.kind !== 'symbol';
}

/** Does anything but the loop's own test look at the number? */
function isLimited(value: Value, test: Instruction, fn: IrFunction): boolean {
  const same = new Set<Value>([value]);
  for (const { instructions, terminator } of fn.blocks) {
    for (const user of [...instructions, terminator]) {
      if (user === test || !user.args.some((arg) => same.has(arg))) continue;
      if (conversions.has(user.op)) same.add(user);
      else if (user.op !== 'store' && user.op !== 'call') return true;
    }
  }
  return false;
}
