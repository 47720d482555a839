// The whole compiler on one screen: text, tokens, expression, formula, graph, blocks, program.

import type { Diagnostic, SourceText } from '../base/index.ts';
import type { ClassicInstruction } from '../isa/index.ts';
import { generate } from './generate/generate.ts';
import type { Formula } from './ir/formula.ts';
import { ACCEPT, JumpGraph, plainJumps, REJECT } from './ir/jumps.ts';
import { Values } from './ir/values.ts';
import { tokenize } from './lex/lexer.ts';
import { findLinkType } from './link-types/find.ts';
import type { LinkType } from './link-types/tables/link-types.ts';
import { type NameResolver, tableResolver } from './names/resolver.ts';
import { parseTokens } from './parse/parser.ts';
import { type Jumps, optimize } from './optimize/optimize.ts';
import { selectBlocks } from './select/blocks.ts';
import { layOut } from './select/layout.ts';

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
  readonly resolver?: NameResolver;
  /** For a live capture on Linux, where the kernel keeps VLAN tags beside the packet. */
  readonly live?: boolean;
}

/** A compiled classic program. */
export interface ClassicProgram {
  readonly instructions: readonly ClassicInstruction[];
  readonly linkType: LinkType;
  readonly snapLength: number;
  readonly warnings: readonly Diagnostic[];
}

const offline = tableResolver();

/** Compiles an expression to a classic program. @throws SourceError for a bad expression. */
export function compileClassic(expression: string, options: FilterOptions = {}): ClassicProgram {
  const source: SourceText = { name: '<filter>', text: expression };
  const linkType = findLinkType(options.linkType ?? 'EN10MB');
  const snapLength = options.snapLength ?? 262144;
  const parsed = parseTokens(tokenize(source));
  const values = new Values(options.optimize !== false);
  const { formula } = generate(parsed, {
    source, linkType, values, netmask: options.netmask, resolver: options.resolver ?? offline, live: options.live ?? false,
  });
  const { graph, root } = options.optimize === false ? plain(values, formula) : optimize(values, formula, options.optimize === 'speed');
  const { blocks } = selectBlocks(graph, root, options.optimize !== false);
  return { instructions: layOut(blocks, root, snapLength), linkType, snapLength, warnings: [] };
}

function plain(values: Values, formula: Formula): Jumps {
  const graph = new JumpGraph(values, false);
  return { graph, root: plainJumps(graph, formula, ACCEPT, REJECT) };
}
