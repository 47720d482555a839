// How a converted program reads the packet: through the kernel's packet loads, or directly within proven bounds.

import { alu, byteOrder, type ClassicInstruction, callHelper, load, mov, register } from '../../isa/index.ts';
import type { Emitter } from './emitter.ts';
import { A, CONTEXT, DATA, DATA_END, SAVED, X } from './registers.ts';

/** Reads into A; jumps to `miss` outside the packet. */
export interface PacketAccess {
  /** A register that no access changes: it counts the turns of loops. */
  readonly counter: number;
  begin(program: readonly ClassicInstruction[], miss: number): void;
  absolute(size: number, offset: number, miss: number): void;
  indirect(size: number, offset: number, miss: number): void;
  /** X = 4 * (byte & 15); A stays. */
  headerLength(offset: number, miss: number): void;
  length(into: number): void;
}

/** Offsets in `struct __sk_buff` and `struct xdp_md`. */
const skb = {
  length: 0,
  packetType: 4,
  vlanPresent: 20,
  vlanTci: 24,
  interfaceIndex: 40,
  data: 76,
  dataEnd: 80,
} as const;
const xdp = { data: 0, dataEnd: 4 } as const;

/** Classic offsets from here up read what the kernel knows about the packet (SKF_AD_OFF). */
const ANCILLARY = 0xfffff000;
const ancillaryFields: Readonly<Record<number, number>> = {
  4: skb.packetType,
  8: skb.interfaceIndex,
  44: skb.vlanTci,
  48: skb.vlanPresent,
};

function widthOf(size: number): 8 | 16 | 32 {
  return size === 4 ? 32 : size === 2 ? 16 : 8;
}

function context(offset: number): { register: number; offset: number } {
  return { register: CONTEXT, offset };
}

const sizeBits: Readonly<Record<number, number>> = { 4: 0x00, 2: 0x08, 1: 0x10 };

/** A special load, where `offset` is one: true when it was emitted. */
function loadAncillary(emitter: Emitter, offset: number, miss: number): boolean {
  if (offset < ANCILLARY) return false;
  const field = ancillaryFields[offset - ANCILLARY];
  if (field === undefined) emitter.goto(miss);
  else emitter.emit(load(A, context(field), 32));
  return true;
}

/** The kernel's packet loads: they check bounds, take the packet apart wherever it lies, and end the program outside. */
export class SkbAccess implements PacketAccess {
  readonly counter = DATA;
  readonly emitter: Emitter;

  constructor(emitter: Emitter) {
    this.emitter = emitter;
  }

  begin(): void {}

  absolute(size: number, offset: number, miss: number): void {
    if (loadAncillary(this.emitter, offset, miss)) return;
    if (offset > 0x7fffffff) this.emitter.goto(miss);
    else this.emitter.emit({ opcode: 0x20 | (sizeBits[size] as number), dst: 0, src: 0, offset: 0, imm: offset });
  }

  indirect(size: number, offset: number, miss: number): void {
    // Sums that go beyond 2^31 would read what lies in front of the packet.
    if (offset > 0x7fffffff) {
      this.emitter.goto(miss);
      return;
    }
    this.emitter.branch32('jgt', X, 0x7fffffff - offset, miss);
    this.emitter.emit({ opcode: 0x40 | (sizeBits[size] as number), dst: 0, src: X, offset: 0, imm: offset });
  }

  headerLength(offset: number, miss: number): void {
    const { emitter } = this;
    emitter.emit(mov(SAVED, register(A)));
    this.absolute(1, offset, miss);
    emitter.emit(alu('and', A, 0xf, 32), alu('lsh', A, 2, 32), mov(X, register(A)), mov(A, register(SAVED)));
  }

  length(into: number): void {
    this.emitter.emit(load(into, context(skb.length), 32));
  }
}

/** The verifier follows offsets into packets up to here. */
const FARTHEST = 0xffff;
const PULL_DATA = 39;
/** A register that holds nothing between instructions. */
const LIMIT = 2;

/** Direct access: every load is behind a comparison with the end of the packet. */
export class DirectAccess implements PacketAccess {
  readonly counter = 3;
  readonly emitter: Emitter;
  readonly kind: 'tc' | 'xdp';
  readonly newLabel: () => number;

  constructor(emitter: Emitter, kind: 'tc' | 'xdp', newLabel: () => number) {
    this.emitter = emitter;
    this.kind = kind;
    this.newLabel = newLabel;
  }

  begin(program: readonly ClassicInstruction[]): void {
    const { emitter } = this;
    if (this.kind === 'tc') this.#pull(farthest(program));
    const { data, dataEnd } = this.kind === 'tc' ? skb : xdp;
    emitter.emit(load(DATA, context(data), 32), load(DATA_END, context(dataEnd), 32));
  }

  // A packet may lie in several pieces; what is read has to be in the first one.
  #pull(bytes: number | undefined): void {
    const { emitter } = this;
    if (bytes === 0) return;
    emitter.emit(mov(1, register(CONTEXT)), load(2, context(skb.length), 32));
    if (bytes !== undefined) {
      const enough = this.newLabel();
      emitter.branch32('jlt', 2, bytes, enough);
      emitter.emit(mov(2, bytes, 32));
      emitter.place(enough);
    }
    emitter.emit(callHelper(PULL_DATA), mov(A, 0));
  }

  absolute(size: number, offset: number, miss: number): void {
    if (this.kind === 'tc' && loadAncillary(this.emitter, offset, miss)) return;
    if (offset + size > FARTHEST) this.emitter.goto(miss);
    else this.#read(A, size, offset, miss);
  }

  #read(into: number, size: number, offset: number, miss: number): void {
    const { emitter } = this;
    emitter.emit(mov(LIMIT, register(DATA)), alu('add', LIMIT, offset + size));
    emitter.branch64('jgt', LIMIT, register(DATA_END), miss);
    this.#fetch(into, size, LIMIT);
  }

  /** Reads the bytes in front of `end`. */
  #fetch(into: number, size: number, end: number): void {
    const { emitter } = this;
    emitter.emit(load(into, { register: end, offset: -size }, widthOf(size)));
    if (size > 1) emitter.emit(byteOrder('to-big-endian', into, size === 4 ? 32 : 16));
  }

  indirect(size: number, offset: number, miss: number): void {
    const { emitter } = this;
    if (offset + size > FARTHEST) {
      emitter.goto(miss);
      return;
    }
    emitter.branch64('jgt', X, FARTHEST - offset - size, miss);
    emitter.emit(mov(LIMIT, register(DATA)), alu('add', LIMIT, register(X)), alu('add', LIMIT, offset + size));
    emitter.branch64('jgt', LIMIT, register(DATA_END), miss);
    this.#fetch(A, size, LIMIT);
  }

  headerLength(offset: number, miss: number): void {
    if (offset + 1 > FARTHEST) this.emitter.goto(miss);
    else {
      this.#read(X, 1, offset, miss);
      this.emitter.emit(alu('and', X, 0xf, 32), alu('lsh', X, 2, 32));
    }
  }

  length(into: number): void {
    const { emitter } = this;
    if (this.kind === 'tc') emitter.emit(load(into, context(skb.length), 32));
    else emitter.emit(mov(into, register(DATA_END)), alu('sub', into, register(DATA)));
  }
}

/** Bytes from the start that a program may read; undefined where that depends on the packet. */
function farthest(program: readonly ClassicInstruction[]): number | undefined {
  let bytes = 0;
  for (const { code, k } of program) {
    const mode = code & 0xe7;
    if (mode === 0x40) return undefined;
    if (mode === 0xa1) bytes = Math.max(bytes, k + 1);
    if (mode === 0x20 && k < ANCILLARY) bytes = Math.max(bytes, k + 4);
  }
  return Math.min(bytes, FARTHEST);
}
