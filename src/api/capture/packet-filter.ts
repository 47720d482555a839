// A filter expression over packets of any link type: compiled once for each link type that occurs.

import { UnsupportedError } from '../../base/index.ts';
import { compileClassic as compileFilter } from '../../filter/compile.ts';
import { findFileLinkType } from '../../filter/link-types/find.ts';
import type { ClassicInstruction } from '../../isa/index.ts';
import type { CaptureInterface, Packet } from '../../pcap/index.ts';
import { type ClassicFilter, compileClassic } from '../../vm/index.ts';

/** How to compile it. */
export interface PacketFilterOptions {
  /** Bytes that an accepting program keeps; default 262144. */
  readonly snapLength?: number;
  /** IPv4 netmask of the interface, for `ip broadcast`. */
  readonly netmask?: number | undefined;
  /** For a live capture on Linux. */
  readonly live?: boolean;
}

const acceptAll = 0x06;
const defaultSnapLength = 262144;

/** The packets that an expression of pcap-filter(7) matches; all packets where it is empty. */
export class PacketFilter {
  readonly expression: string;
  readonly #options: PacketFilterOptions;
  readonly #filters = new Map<number, ClassicFilter>();

  constructor(expression: string, options: PacketFilterOptions = {}) {
    this.expression = expression.trim();
    this.#options = options;
  }

  /** The classic program for a LINKTYPE_ value. @throws SourceError, UnsupportedError */
  program(linkType: number): readonly ClassicInstruction[] {
    const { snapLength = defaultSnapLength, netmask, live = false } = this.#options;
    if (this.expression === '') return [{ code: acceptAll, jt: 0, jf: 0, k: snapLength }];
    const row = findFileLinkType(linkType);
    if (!row) throw new UnsupportedError(`a filter expression on link type ${linkType}`);
    const options = { linkType: row.dlt, snapLength, live, ...(netmask === undefined ? {} : { netmask }) };
    return compileFilter(this.expression, options).instructions;
  }

  /** Compiles it for an interface, so that a bad expression is told before the first packet. @throws SourceError */
  prepare({ linkType }: Pick<CaptureInterface, 'linkType'>): ClassicFilter {
    let filter = this.#filters.get(linkType);
    if (!filter) {
      filter = compileClassic(this.program(linkType), { rules: 'libpcap' });
      this.#filters.set(linkType, filter);
    }
    return filter;
  }

  /** Whether the expression matches. */
  matches(packet: Packet): boolean {
    if (this.expression === '') return true;
    return this.prepare(packet.interface)(packet.data, packet.originalLength) !== 0;
  }
}
