// A compiled filter: the classic program, and the objects that can be made from it.

import type { Diagnostic } from '../base/index.ts';
import { type ClassicInstruction, encode, type Instruction, lddwOpcode } from '../isa/index.ts';
import { type BpfObject, makeObject } from '../object/index.ts';
import { type ClassicProgram, compileClassic, type FilterOptions } from './compile.ts';
import { convertProgram, type ProgramKind, type Verdicts } from './convert/convert.ts';
import { mapOf, type PrefixSet } from './convert/set-maps.ts';
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
  readonly #options: FilterOptions;
  #convertible: ClassicProgram | undefined;

  constructor(expression: string, options: FilterOptions) {
    const program = compileClassic(expression, options);
    const { instructions, linkType, snapLength, warnings } = program;
    this.expression = expression;
    this.#options = options;
    if (instructions.length <= MAX_CLASSIC_INSTRUCTIONS || options.optimize === false) this.#convertible = program;
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

  /**
   * The program in extended BPF. One that would be too long for classic BPF looks its large sets up in maps: loads of maps have
   * the number of a set instead of a descriptor; the objects made below have the maps too.
   */
  toExtended(kind: ProgramKind = 'socket', options: VerdictOptions = {}): Instruction[] {
    const { instructions: program, lookups } = this.#toConvert();
    return convertProgram({ program, lookups }, kind, verdictsOf(kind, options));
  }

  #toConvert(): ClassicProgram {
    this.#convertible ??= compileClassic(this.expression, this.#options, true);
    return this.#convertible;
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
    const uses = mapUses(code);
    const { lookups } = this.#toConvert();
    const program = {
      name: `filter_${name}`,
      section,
      linkage: 'global' as const,
      isProgram: true,
      code: encode(code),
      uses: uses.map(({ instruction, set }) => ({ kind: 'map' as const, instruction, map: mapName(set) })),
      type: undefined,
      lines: [],
      core: [],
    };
    return makeObject({
      name: this.expression,
      license: 'Dual MIT/GPL',
      kernelVersion: 0,
      functions: [program],
      maps: [...new Set(uses.map(({ set }) => set))].map((set) => mapOf(mapName(set), lookups[set] as PrefixSet)),
      btf: undefined,
      externs: [],
    });
  }
}

function mapName(set: number): string {
  return `set_${set}`;
}

/** Where a program loads the map of a set. */
function mapUses(code: readonly Instruction[]): { readonly instruction: number; readonly set: number }[] {
  return code.flatMap(({ opcode, imm }, instruction) => (opcode === lddwOpcode ? [{ instruction, set: imm }] : []));
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
