// A filter expression over packets of any link type: compiled once for each link type that occurs.

import { type Diagnostic, UnsupportedError } from '../../base/index.ts';
import { compileFilter, findFileLinkType, linkTypes, type NameResolver } from '../../filter/index.ts';
import type { ClassicInstruction } from '../../isa/index.ts';
import type { BpfObject } from '../../object/index.ts';
import type { CaptureInterface, Packet } from '../../pcap/index.ts';
import { type ClassicFilter, compileClassic } from '../../vm/index.ts';

/** How to compile it. */
export interface PacketFilterOptions {
  /** Bytes that an accepting program keeps; default 262144. */
  readonly snapLength?: number | undefined;
  /** IPv4 netmask of the interface, for `ip broadcast`. */
  readonly netmask?: number | undefined;
  /** For a live capture on Linux. */
  readonly live?: boolean | undefined;
  /** Who knows names; default: a table of well-known services and protocols. */
  readonly resolver?: NameResolver | undefined;
  /** Told what is odd about the expression: that it can never match, say. */
  readonly onWarning?: ((warning: Diagnostic) => void) | undefined;
}

/** What the filter is for one link type. */
export interface FilterProgram {
  readonly instructions: readonly ClassicInstruction[];
  /** Short and simple enough for the kernel, and for the loop over blocks of a file. */
  readonly isAttachable: boolean;
  /** The extended program, for a kernel that does not take the classic one. */
  toSocketFilter?(): BpfObject;
}

const returnConstant = 0x06;
const defaultSnapLength = 262144;

/** The packets that an expression of pcap-filter(7) matches; all packets where it is empty. */
export class PacketFilter {
  readonly expression: string;
  readonly #options: PacketFilterOptions;
  readonly #programs = new Map<number, FilterProgram>();
  readonly #filters = new Map<number, ClassicFilter>();

  constructor(expression: string, options: PacketFilterOptions = {}) {
    this.expression = expression.trim();
    this.#options = options;
  }

  /** The classic program for a LINKTYPE_ value. @throws SourceError, UnsupportedError */
  program(linkType: number): FilterProgram {
    let program = this.#programs.get(linkType);
    if (!program) {
      program = this.#compile(linkType);
      this.#programs.set(linkType, program);
    }
    return program;
  }

  /** Compiles it for an interface, so that a bad expression is told before the first packet. @throws SourceError */
  prepare({ linkType }: Pick<CaptureInterface, 'linkType'>): ClassicFilter {
    let filter = this.#filters.get(linkType);
    if (!filter) {
      filter = compileClassic(this.program(linkType).instructions, { rules: this.#options.live ? 'linux' : 'libpcap' });
      this.#filters.set(linkType, filter);
    }
    return filter;
  }

  /** Whether the expression matches. */
  matches(packet: Packet): boolean {
    if (this.expression === '') return true;
    return this.prepare(packet.interface)(packet.data, packet.originalLength) !== 0;
  }

  #compile(linkType: number): FilterProgram {
    const { snapLength = defaultSnapLength, netmask, live = false, resolver, onWarning } = this.#options;
    if (this.expression === '') return acceptAll(snapLength);
    // Some programs write the DLT_ value, which libpcap takes as well.
    const row = findFileLinkType(linkType) ?? linkTypes.find(({ dlt }) => dlt === linkType);
    if (!row) throw new UnsupportedError(`a filter expression on link type ${linkType}`);
    const compiled = compileFilter(this.expression, {
      ...{ linkType: row.dlt, snapLength, live },
      ...(netmask === undefined ? {} : { netmask }),
      ...(resolver === undefined ? {} : { resolver }),
    });
    for (const warning of compiled.warnings) onWarning?.(warning);
    return compiled;
  }
}

/** The program that keeps `snapLength` bytes of every packet. */
export function acceptAll(snapLength: number): FilterProgram {
  return { instructions: [{ code: returnConstant, jt: 0, jf: 0, k: snapLength }], isAttachable: true };
}
