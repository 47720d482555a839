// The whole compiler on one screen: text, tokens, expression, formula, graph, blocks, program.

import { type Diagnostic, SourceError, type SourceText } from '../base/index.ts';
import type { ClassicInstruction } from '../isa/index.ts';
import { type Generated, generate } from './generate/generate.ts';
import type { Prefix } from './ir/formula.ts';
import { ACCEPT, JumpGraph, plainJumps, REJECT } from './ir/jumps.ts';
import { Values } from './ir/values.ts';
import { tokenize } from './lex/lexer.ts';
import { findLinkType } from './link-types/find.ts';
import type { LinkType } from './link-types/tables/link-types.ts';
import { type NameResolver, tableResolver } from './names/resolver.ts';
import { isRefusedAsNever } from './optimize/never.ts';
import { type Goal, type Jumps, type Optimized, optimize } from './optimize/optimize.ts';
import type { Expression } from './parse/ast.ts';
import { parseTokens } from './parse/parser.ts';
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
  const jumps = optimizes ? shortest(generateWith, parsed, goal) : plain(generateWith);
  const warnings = optimizes && jumps.root === REJECT ? [matchesNothing(source, generateWith)] : [];
  const instructions = layoutOf(jumps, source).write(snapLength);
  return { instructions, linkType, snapLength, warnings, lookups: jumps.graph.lookups };
}

/** The layout of a graph: the one that the optimiser measured, if there is nothing to add. */
function layoutOf(jumps: Jumps | Optimized, source: SourceText): Layout {
  const root = initializeSlots(jumps.graph, jumps.root);
  const measured = 'layout' in jumps && root === jumps.root ? jumps : undefined;
  const { blocks, memoryWords } = measured?.layout
    ? { blocks: [], memoryWords: measured.memoryWords }
    : selectBlocks(jumps.graph, root, 'layout' in jumps);
  if (memoryWords > MEMORY_WORDS) throw tooComplex(source);
  return measured?.layout ?? new Layout(blocks, root);
}

/** Generates with the choices that the optimiser has. */
type GenerateWith = (values: Values, groups: boolean, portsTogether: boolean) => Generated;

function plain(generateWith: GenerateWith): Jumps {
  const values = new Values(false);
  const graph = new JumpGraph(values, false);
  return { graph, root: plainJumps(graph, generateWith(values, false, false).formula, ACCEPT, REJECT) };
}

/** Ports without a protocol can be tested in two orders; which is shorter depends on what is around them. */
function shortest(generateWith: GenerateWith, parsed: Expression | undefined, goal: Goal): Optimized {
  const values = new Values(true);
  const { formula, hasOpenPorts } = generateWith(values, true, false);
  const first = optimize(values, formula, goal);
  if (!hasOpenPorts || parsed?.kind === 'primitive') return first;
  const others = new Values(true);
  const second = optimize(others, generateWith(others, true, true).formula, goal);
  return second.size < first.size ? second : first;
}

/** The warning for a filter that matches nothing. @throws SourceError where libpcap refuses it too. */
function matchesNothing(source: SourceText, generateWith: GenerateWith): Diagnostic {
  const span = { source, start: 0, end: source.text.length };
  const values = new Values(false);
  const graph = new JumpGraph(values, true);
  const root = plainJumps(graph, generateWith(values, false, false).formula, ACCEPT, REJECT);
  const code = 'matches-nothing';
  if (isRefusedAsNever(graph, root)) {
    throw new SourceError([
      {
        severity: 'error',
        code,
        message: 'expression rejects all packets',
        span,
        hint: 'two of its conditions contradict each other; did you mean "or"?',
      },
    ]);
  }
  return { severity: 'warning', code, message: 'no packet can match this expression', span };
}

function tooComplex(source: SourceText): SourceError {
  const span = { source, start: 0, end: source.text.length };
  return new SourceError([
    {
      severity: 'error',
      code: 'too-complex',
      message: `expression needs more than ${MEMORY_WORDS} words of scratch memory`,
      span,
      hint: 'break it into simpler comparisons',
    },
  ]);
}
