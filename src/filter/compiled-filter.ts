// A compiled filter: the classic program, and the objects that can be made from it.

import type { Diagnostic } from '../base/index.ts';
import { type ClassicInstruction, encode, type Instruction } from '../isa/index.ts';
import { type BpfObject, makeObject } from '../object/index.ts';
import { compileClassic, type FilterOptions } from './compile.ts';
import { convertClassic, type ProgramKind, type Verdicts } from './convert/convert.ts';
import type { LinkType } from './link-types/tables/link-types.ts';

/** What a matching packet meets: it is dropped, or it alone passes. */
export interface VerdictOptions {
  /** Default `drop`. */
  readonly match?: 'drop' | 'pass';
}

/** The most instructions a kernel takes as a classic program (`BPF_MAXINSNS`). */
export const MAX_CLASSIC_INSTRUCTIONS = 4096;

const XDP = { drop: 1, pass: 2 } as const;
const TC = { drop: 2, pass: 0 } as const;

/** A filter expression, compiled. */
export class CompiledFilter {
  readonly expression: string;
  /** The classic program. More than 4096 instructions fit no SO_ATTACH_FILTER: use {@link toSocketFilter} then. */
  readonly instructions: readonly ClassicInstruction[];
  readonly linkType: LinkType;
  readonly snapLength: number;
  readonly warnings: readonly Diagnostic[];

  constructor(expression: string, options: FilterOptions) {
    const { instructions, linkType, snapLength, warnings } = compileClassic(expression, options);
    this.expression = expression;
    this.instructions = instructions;
    this.linkType = linkType;
    this.snapLength = snapLength;
    this.warnings = warnings;
  }

  /** Whether a kernel takes the classic program: short enough and without a loop. */
  get isAttachable(): boolean {
    const hasLoop = this.instructions.some(({ code, k }) => code === 0x05 && (k | 0) < 0);
    return !hasLoop && this.instructions.length <= MAX_CLASSIC_INSTRUCTIONS;
  }

  /** The program in extended BPF. */
  toExtended(kind: ProgramKind = 'socket', options: VerdictOptions = {}): Instruction[] {
    return convertClassic(this.instructions, kind, verdictsOf(kind, options));
  }

  /** A socket filter program: it keeps matching packets. */
  toSocketFilter(): BpfObject {
    return this.#object('socket', 'socket', this.toExtended('socket'));
  }

  /** An XDP program. */
  toXdp(options: VerdictOptions = {}): BpfObject {
    return this.#object('xdp', 'xdp', this.toExtended('xdp', options));
  }

  /** A tc program. */
  toTc(options: VerdictOptions = {}): BpfObject {
    return this.#object('tc', 'tc', this.toExtended('tc', options));
  }

  #object(name: string, section: string, code: readonly Instruction[]): BpfObject {
    const program = {
      name: `filter_${name}`,
      section,
      linkage: 'global' as const,
      isProgram: true,
      code: encode(code),
      uses: [],
      type: undefined,
      lines: [],
      core: [],
    };
    return makeObject({
      name: this.expression,
      license: 'Dual MIT/GPL',
      kernelVersion: 0,
      functions: [program],
      maps: [],
      btf: undefined,
      externs: [],
    });
  }
}

function verdictsOf(kind: ProgramKind, { match = 'drop' }: VerdictOptions): Verdicts {
  if (kind === 'socket') return { match: undefined, miss: 0 };
  const actions = kind === 'xdp' ? XDP : TC;
  return match === 'drop' ? { match: actions.drop, miss: actions.pass } : { match: actions.pass, miss: actions.drop };
}

/**
 * Compiles a filter expression in the language of pcap-filter(7).
 * @throws SourceError with the place and a hint, for a bad expression or one that the link type cannot answer.
 * @throws UsageError for an unknown link type.
 * @example
 * const filter = compileFilter('tcp port 80');
 * filter.instructions.length; // 17
 */
export function compileFilter(expression: string, options: FilterOptions = {}): CompiledFilter {
  return new CompiledFilter(expression, options);
}
