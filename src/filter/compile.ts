// The whole compiler on one screen: text, tokens, expression, formula, graph, blocks, program.

import type { Diagnostic, SourceError, SourceSpan, SourceText } from '../base/index.ts';
import type { ClassicInstruction } from '../isa/index.ts';
import { type Generated, generate } from './generate/generate.ts';
import type { Prefix } from './ir/formula.ts';
import { ACCEPT, JumpGraph, plainJumps, REJECT } from './ir/jumps.ts';
import { Values } from './ir/values.ts';
import { tokenize } from './lex/lexer.ts';
import { findLinkType } from './link-types/find.ts';
import type { LinkType } from './link-types/tables/link-types.ts';
import { type NameResolver, tableResolver } from './names/resolver.ts';
import { type Goal, type Jumps, type Optimized, optimize } from './optimize/optimize.ts';
import type { Expression } from './parse/ast.ts';
import { parseTokens } from './parse/parser.ts';
import { problem } from './problem.ts';
import { type Refusal, refusalOf } from './refusal/refusal.ts';
import { selectBlocks } from './select/blocks.ts';
import { MEMORY_WORDS } from './select/code.ts';
import { initializeSlots } from './select/initialize.ts';
import { Layout } from './select/layout.ts';

/** How to compile an expression. */
export interface FilterOptions {
  /** DLT name or number; default `EN10MB`. */
  readonly linkType?: string | number;
  /** What an accepting program returns: bytes to keep of a packet; default 262144. */
  readonly snapLength?: number;
  /** Fewest instructions (default), fewest executed, or every test as it is written. */
  readonly optimize?: 'size' | 'speed' | false;
  /** IPv4 netmask of the interface for `ip broadcast`, as a host-order number; default: unknown. */
  readonly netmask?: number;
  /** Who knows names; default: a table of well-known services and protocols. */
  readonly resolver?: NameResolver;
  /** For a live capture on Linux, where the kernel keeps VLAN tags beside the packet. */
  readonly live?: boolean;
}

/** A program with the graph it was made from. */
export interface ClassicProgram {
  readonly instructions: readonly ClassicInstruction[];
  readonly linkType: LinkType;
  readonly snapLength: number;
  readonly warnings: readonly Diagnostic[];
  /** Sets that are looked up in maps. */
  readonly lookups: readonly (readonly Prefix[])[];
}

const offline = tableResolver();

/** libpcap's default snapshot length. */
export const DEFAULT_SNAP_LENGTH = 262144;

/** Parses an expression; undefined for an empty one. @throws SourceError */
export function parseFilter(expression: string): Expression | undefined {
  return parseTokens(tokenize({ name: '<filter>', text: expression }));
}

/**
 * Compiles an expression to a classic program; with `maps` to one with lookups, to be converted to extended BPF.
 * @throws SourceError for a bad expression.
 */
export function compileClassic(expression: string, options: FilterOptions = {}, maps = false): ClassicProgram {
  const source: SourceText = { name: '<filter>', text: expression };
  try {
    return compileSource(source, options, maps);
  } catch (error) {
    // The stack is what ends first where thousands of conditions depend on one another.
    if (error instanceof RangeError)
      throw tooComplex(source, 'expression has too many conditions that depend on others');
    throw error;
  }
}

function compileSource(source: SourceText, options: FilterOptions, maps: boolean): ClassicProgram {
  const linkType = findLinkType(options.linkType ?? 'EN10MB');
  const snapLength = options.snapLength ?? DEFAULT_SNAP_LENGTH;
  const parsed = parseTokens(tokenize(source));
  const optimizes = options.optimize !== false;
  const generateWith: GenerateWith = (values, groups, portsTogether) =>
    generate(parsed, {
      source,
      linkType,
      values,
      groups,
      portsTogether,
      maps,
      netmask: options.netmask,
      resolver: options.resolver ?? offline,
      live: options.live ?? false,
    });
  const goal = { speed: options.optimize === 'speed', maps };
  const { jumps, generated } = optimizes ? shortest(generateWith, parsed, goal) : plain(generateWith);
  const warnings = optimizes && jumps.root === REJECT ? [matchesNothing(source)] : [];
  const isSuspicious = warnings.length > 0 || (optimizes && generated.hasFoldableArithmetic);
  if (isSuspicious && !generated.hasInnerJumps) refuseAsLibpcap(source, generateWith);
  const instructions = layoutOf(jumps, source).write(snapLength);
  release(jumps);
  return { instructions, linkType, snapLength, warnings, lookups: jumps.graph.lookups };
}

/** The layout of a graph: the one that the optimiser measured, if there is nothing to add. */
function layoutOf(jumps: Jumps | Optimized, source: SourceText): Layout {
  const root = initializeSlots(jumps.graph, jumps.root);
  const measured = 'layout' in jumps && root === jumps.root ? jumps : undefined;
  const { blocks, memoryWords } = measured?.layout
    ? { blocks: [], memoryWords: measured.memoryWords }
    : selectBlocks(jumps.graph, root, 'layout' in jumps);
  if (memoryWords > MEMORY_WORDS)
    throw tooComplex(source, `expression needs more than ${MEMORY_WORDS} words of scratch memory`);
  return measured?.layout ?? new Layout(blocks, root);
}

/** Generates with the choices that the optimiser has. */
type GenerateWith = (values: Values, groups: boolean, portsTogether: boolean) => Generated;

/** A graph, and what became known while its formula was made. */
interface Made<Graph> {
  readonly jumps: Graph;
  readonly generated: Generated;
}

function plain(generateWith: GenerateWith): Made<Jumps> {
  const values = new Values(false);
  const graph = new JumpGraph(values, false);
  const generated = generateWith(values, false, false);
  return { jumps: { graph, root: plainJumps(graph, generated.formula, ACCEPT, REJECT) }, generated };
}

/** Ports without a protocol can be tested in two orders; which is shorter depends on what is around them. */
function shortest(generateWith: GenerateWith, parsed: Expression | undefined, goal: Goal): Made<Optimized> {
  const values = new Values(true);
  const generated = generateWith(values, true, false);
  const first = optimize(values, generated.formula, goal);
  if (!generated.hasOpenPorts || parsed?.kind === 'primitive') return { jumps: first, generated };
  const others = new Values(true);
  const second = optimize(others, generateWith(others, true, true).formula, goal);
  const [jumps, dropped] = second.size < first.size ? [second, first] : [first, second];
  release(dropped);
  return { jumps, generated };
}

/** Leaves the storage of a graph and its values to the next ones. */
function release({ graph }: Jumps): void {
  graph.values.release();
  graph.release();
}

const refusals: Readonly<Record<Refusal, { readonly code: string; readonly hint: string }>> = {
  never: { code: 'matches-nothing', hint: 'two of its conditions contradict each other; did you mean "or"?' },
  'division by zero': { code: 'division', hint: 'a right side comes to 0' },
  'remainder of a division by zero': { code: 'division', hint: 'a right side comes to 0' },
  'shift by more than 31 bits': { code: 'shift', hint: 'a right side comes to more than 31' },
};

/** Refuses what libpcap refuses only once it has optimised it. @throws SourceError */
function refuseAsLibpcap(source: SourceText, generateWith: GenerateWith): void {
  const { jumps } = plain(generateWith);
  const refusal = refusalOf(selectBlocks(jumps.graph, jumps.root, false).blocks, jumps.root);
  release(jumps);
  if (!refusal) return;
  const { code, hint } = refusals[refusal];
  const message = refusal === 'never' ? 'expression rejects all packets' : refusal;
  throw problem(wholeOf(source), code, message, hint);
}

/** The warning for a filter that matches nothing. */
function matchesNothing(source: SourceText): Diagnostic {
  const message = 'no packet can match this expression';
  return { severity: 'warning', code: 'matches-nothing', message, span: wholeOf(source) };
}

function tooComplex(source: SourceText, message: string): SourceError {
  return problem(wholeOf(source), 'too-complex', message, 'break it into simpler comparisons');
}

function wholeOf(source: SourceText): SourceSpan {
  return { source, start: 0, end: source.text.length };
}
