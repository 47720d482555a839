// The state in which primitives become formulas: where the headers are now, and the loads that follow from it.

import type { SourceError, SourceText } from '../../base/index.ts';
import { and, EQ, EQ_VALUE, FALSE, type Formula, GE, GT, not, or, SET, TRUE, test } from '../ir/formula.ts';
import { ADD, AND, CONST, LENGTH, LSH, NEG, NO_BASE, SLOT, type Value, type Values } from '../ir/values.ts';
import { type LinkFamily, type LinkType, UNSET } from '../link-types/tables/link-types.ts';
import type { NameResolver } from '../names/resolver.ts';
import type { Range } from '../parse/ast.ts';
import { problem } from '../problem.ts';

/** A place in the packet: a value (or none) and a constant. */
export interface Place {
  readonly base: Value;
  readonly offset: number;
}

/** What a generation depends on besides the expression. */
export interface GeneratorOptions {
  readonly source: SourceText;
  readonly linkType: LinkType;
  /** IPv4 netmask of the interface, host order; undefined where it is unknown. */
  readonly netmask: number | undefined;
  readonly resolver: NameResolver;
  /** Linux live capture: the kernel keeps VLAN tags beside the packet. */
  readonly live: boolean;
  readonly values: Values;
  /** Whether addresses and ports joined by `or` become sets. */
  readonly groups: boolean;
  /** Whether a port without a protocol tests the protocols at once, before the ports, or each with the ports. */
  readonly portsTogether: boolean;
  /** Whether large sets are looked up in maps: for extended BPF. */
  readonly maps: boolean;
}

/** Ports of Linux's special loads: `ld` at these offsets reads what the kernel knows about the packet. */
export const ancillary = {
  packetType: 0xfffff004,
  interfaceIndex: 0xfffff008,
  vlanTag: 0xfffff02c,
  vlanTagPresent: 0xfffff030,
} as const;

/** More than there are words of scratch memory, since the optimiser keeps some in registers. */
const MOST_SLOTS = 22;

/** The generator's state. Primitives read it, and those that enter a tunnel change it for what follows. */
export class Generator {
  readonly options: GeneratorOptions;
  readonly values: Values;
  readonly linkType: LinkType;
  /** Rules for the payload's type now; encapsulation changes them. */
  family: LinkFamily;
  /** Start of the link-layer header. */
  header: Place;
  /** Field with the payload's type. */
  type: Place;
  /** End of the link-layer header. */
  payload: Place;
  /** Network header, relative to `payload`. */
  net: number;
  nosnap: number;
  mplsDepth = 0;
  /** Condition on the header around the current one, as ATM LANE needs it. */
  outer: 'none' | 'lane' | 'geneve' = 'none';
  /** Start of the header around, for `outer`. */
  outerHeader: Place = { base: NO_BASE, offset: 0 };
  /** Behind a PPPoE session header, where PPP proper follows. */
  isInPppoe = false;
  isRawAtm: boolean;
  /** What libpcap leaves unoptimised, since its code has jumps of its own: then it does not see that nothing matches. */
  hasInnerJumps = false;
  /** There is arithmetic in which libpcap's optimiser may find what makes no sense, or a constant that ours does not see. */
  hasFoldableArithmetic = false;
  /** A port without a protocol was there. */
  hasOpenPorts = false;
  /** Assignments that every path needs first, in order, each with the slot it gives a value. */
  readonly prologue: { readonly slot: number; readonly make: () => Formula }[] = [];
  current: Range = { start: 0, end: 0 };
  #slots = 0;

  constructor(options: GeneratorOptions) {
    const { linkType } = options;
    this.options = options;
    this.values = options.values;
    this.linkType = linkType;
    this.family = linkType.family;
    this.header = { base: NO_BASE, offset: linkType.header ?? 0 };
    this.type = { base: NO_BASE, offset: linkType.type ?? UNSET };
    this.payload = { base: NO_BASE, offset: linkType.payload ?? UNSET };
    this.net = linkType.net ?? 0;
    this.nosnap = linkType.nosnap ?? 0;
    this.isRawAtm = linkType.family === 'sunatm';
  }

  /** The error of the primitive being generated. */
  refuse(code: string, message: string, hint?: string): SourceError {
    return problem({ source: this.options.source, ...this.current }, code, message, hint);
  }

  /** Ethernet, perhaps inside a tunnel, without a pseudo-header in front. */
  isPlainEthernet(): boolean {
    return this.family === 'ethernet' && (this.outer !== 'none' || this.linkType.name === 'EN10MB');
  }

  /** ATM LANE: a control frame has a marker where an Ethernet frame's header begins. */
  laneCheck(): Formula | undefined {
    return this.outer === 'lane' ? not(this.equals(this.load(2, this.outerHeader, 0), 0xff00)) : undefined;
  }

  /** What a tunnel demands before link-layer addresses make sense. */
  outerCheck(): Formula | undefined {
    if (this.outer !== 'geneve') return this.laneCheck();
    // There is a link-layer header only where it takes space in front of the payload.
    return not(test(EQ_VALUE, this.payload.base, this.header.base));
  }

  /** A fresh variable. @throws SourceError for more than any program can hold. */
  newSlot(): number {
    if (this.#slots >= MOST_SLOTS) throw this.refuse('too-complex', 'too many tunnels in one expression');
    return this.#slots++;
  }

  /** Adds an assignment at the very start of the filter; made only when the slot is read. */
  addPrologue(slot: number, make: () => Formula): void {
    this.prologue.push({ slot, make });
  }

  /** The filter with the assignments it needs in front. */
  withPrologue(filter: Formula): Formula {
    let result = filter;
    for (let i = this.prologue.length - 1; i >= 0; i--) {
      const { slot, make } = this.prologue[i] as { slot: number; make: () => Formula };
      if (!this.#isRead(this.values.slot(slot))) continue;
      const assignment = make();
      if (assignment.kind !== 'assign') this.hasInnerJumps = true;
      result = and(assignment, result);
    }
    return result;
  }

  #isRead(slot: Value): boolean {
    const { kinds, as, bs, size } = this.values;
    for (let value = 0; value < size; value++) {
      const kind = kinds[value] as number;
      if (kind === CONST || kind === LENGTH || kind === SLOT) continue;
      if (as[value] === slot || (kind >= ADD && kind !== NEG && bs[value] === slot)) return true;
    }
    return false;
  }

  load(size: number, place: Place, offset = 0): Value {
    return this.values.load(size, place.base, place.offset + offset);
  }

  /** `size` bytes at `offset` of the link-layer header. */
  fromHeader(size: number, offset: number): Value {
    return this.load(size, this.header, offset);
  }

  /** `size` bytes at `offset` behind the link-layer header, where LLC is. */
  fromPayload(size: number, offset: number): Value {
    return this.load(size, this.payload, offset);
  }

  /** `size` bytes at `offset` of the network header. */
  fromNetwork(size: number, offset: number): Value {
    return this.load(size, this.payload, this.net + offset);
  }

  fromNosnap(size: number, offset: number): Value {
    return this.load(size, this.payload, this.nosnap + offset);
  }

  fromType(size: number, offset = 0): Value {
    return this.load(size, this.type, offset);
  }

  /** Where the header behind the IPv4 header starts: its length is in its first byte. */
  ipv4Transport(): Place {
    const { values } = this;
    const words = values.withConstant(AND, this.fromNetwork(1, 0), 0xf);
    const length = values.withConstant(LSH, words, 2);
    const base = this.payload.base === NO_BASE ? length : values.binary(ADD, length, this.payload.base);
    return { base, offset: (this.payload.offset + this.net) >>> 0 };
  }

  fromIpv4Transport(size: number, offset: number): Value {
    return this.load(size, this.ipv4Transport(), offset);
  }

  fromIpv6Transport(size: number, offset: number): Value {
    return this.fromNetwork(size, 40 + offset);
  }

  equals(value: Value, k: number): Formula {
    return test(EQ, value, k >>> 0);
  }

  /** `value & mask == k`, as one comparison where the mask is full. */
  equalsMasked(value: Value, k: number, mask: number): Formula {
    if (mask === 0 && this.values.folds) return k === 0 ? TRUE : FALSE;
    return mask >>> 0 === 0xffffffff
      ? this.equals(value, k)
      : this.equals(this.values.withConstant(AND, value, mask), k);
  }

  greater(value: Value, k: number): Formula {
    return test(GT, value, k >>> 0);
  }

  /** `value >= k`, by the comparisons that the optimiser knows. */
  atLeast(value: Value, k: number): Formula {
    if (!this.values.folds) return test(GE, value, k >>> 0);
    return k === 0 ? or(this.greater(value, 0), not(this.greater(value, 0))) : this.greater(value, k - 1);
  }

  /** Whether any of the bits is set. */
  anyBit(value: Value, bits: number): Formula {
    return test(SET, value, bits >>> 0);
  }

  /** The bytes at a place, compared from the last word to the first. */
  bytesEqual(place: Place, offset: number, bytes: readonly number[]): Formula {
    let formula: Formula | undefined;
    let end = bytes.length;
    while (end > 0) {
      const size = end >= 4 ? 4 : end >= 2 ? 2 : 1;
      end -= size;
      let k = 0;
      for (let i = 0; i < size; i++) k = k * 256 + (bytes[end + i] as number);
      const next = this.equals(this.load(size, place, offset + end), k);
      formula = formula ? and(formula, next) : next;
    }
    return formula as Formula;
  }
}

/** All of them, in order; the list is not empty. */
export function all(...formulas: Formula[]): Formula {
  return formulas.reduce(and);
}

/** Any of them, in order; the list is not empty. */
export function any(...formulas: Formula[]): Formula {
  return formulas.reduce(or);
}
