// Packets that exercise a program: bytes are set so that its branches are taken, one way or the other.

import type { ClassicInstruction } from '../../src/isa/index.ts';
import type { Random } from './random.ts';

/** Where the value in a register came from, as long as it is a load with simple changes. */
interface Origin {
  readonly at: number;
  readonly size: number;
  readonly mask: number;
  readonly shift: number;
}

interface Machine {
  a: number;
  x: number;
  origin: Origin | undefined;
  readonly memory: number[];
  readonly origins: (Origin | undefined)[];
}

function read(packet: Uint8Array, at: number, size: number): number | undefined {
  if (at + size > packet.length) return undefined;
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (packet[at + i] as number);
  return value;
}

function write(packet: Uint8Array, origin: Origin, wanted: number): void {
  const old = read(packet, origin.at, origin.size) ?? 0;
  const bits = (origin.mask << origin.shift) >>> 0;
  let value = ((old & ~bits) | ((wanted << origin.shift) & bits)) >>> 0;
  for (let i = origin.size - 1; i >= 0; i--) {
    packet[origin.at + i] = value & 0xff;
    value >>>= 8;
  }
}

const alu: Readonly<Record<number, (a: number, b: number) => number>> = {
  0: (a, b) => a + b,
  16: (a, b) => a - b,
  32: (a, b) => Math.imul(a, b),
  48: (a, b) => (b ? Math.floor(a / b) : 0),
  64: (a, b) => a | b,
  80: (a, b) => a & b,
  96: (a, b) => (b < 32 ? a << b : 0),
  112: (a, b) => (b < 32 ? a >>> b : 0),
  128: (a) => -a,
  144: (a, b) => (b ? a % b : 0),
  160: (a, b) => a ^ b,
};

function arithmetic(m: Machine, code: number, k: number): void {
  const operand = code & 8 ? m.x : k;
  const operation = code & 0xf0;
  m.a = (alu[operation] as (a: number, b: number) => number)(m.a, operand) >>> 0;
  if (!m.origin || code & 8) {
    m.origin = undefined;
    return;
  }
  const { at, size, mask, shift } = m.origin;
  if (operation === 0x50) m.origin = { at, size, mask: (mask & k) >>> 0, shift };
  else if (operation === 0x70) m.origin = { at, size, mask: mask >>> k, shift: shift + k };
  else m.origin = undefined;
}

function load(m: Machine, packet: Uint8Array, code: number, k: number): boolean {
  const size = (code & 0x18) === 0 ? 4 : (code & 0x18) === 8 ? 2 : 1;
  m.origin = undefined;
  switch (code & 0xe0) {
    case 0x00:
      m.a = k;
      return true;
    case 0x80:
      m.a = packet.length;
      return true;
    case 0x60:
      m.a = m.memory[k] ?? 0;
      m.origin = m.origins[k];
      return true;
    default: {
      const at = (code & 0xe0) === 0x40 ? m.x + k : k;
      const value = read(packet, at, size);
      if (value === undefined) return false;
      m.a = value;
      m.origin = { at, size, mask: size === 4 ? 0xffffffff : 2 ** (8 * size) - 1, shift: 0 };
      return true;
    }
  }
}

function taken(m: Machine, code: number, k: number): boolean {
  const b = code & 8 ? m.x : k;
  switch (code & 0xf0) {
    case 0x10:
      return m.a === b;
    case 0x20:
      return m.a > b;
    case 0x30:
      return m.a >= b;
    default:
      return (m.a & b) !== 0;
  }
}

/** A value that takes the jump, or leaves it. */
function steering(r: Random, code: number, k: number, take: boolean): number {
  switch (code & 0xf0) {
    case 0x10:
      return take ? k : k + 1 + r.below(3);
    case 0x20:
      return take ? k + 1 : r.chance(0.5) ? k : r.below(k + 1);
    case 0x30:
      return take ? k : k - 1;
    default:
      return take ? k & -k : 0;
  }
}

function loadX(m: Machine, packet: Uint8Array, code: number, k: number): boolean {
  if ((code & 0xe0) === 0xa0) {
    const byte = read(packet, k, 1);
    if (byte === undefined) return false;
    m.x = (byte & 15) * 4;
  } else m.x = (code & 0xe0) === 0x60 ? (m.memory[k] ?? 0) : (code & 0xe0) === 0x80 ? packet.length : k;
  return true;
}

function step(m: Machine, packet: Uint8Array, { code, k }: ClassicInstruction): boolean {
  switch (code & 7) {
    case 0:
      return load(m, packet, code, k);
    case 1:
      return loadX(m, packet, code, k);
    case 2:
      m.memory[k] = m.a;
      m.origins[k] = m.origin;
      return true;
    case 3:
      m.memory[k] = m.x;
      m.origins[k] = undefined;
      return true;
    case 4:
      arithmetic(m, code, k);
      return true;
    default:
      if ((code & 0xf8) === 0x80) {
        m.a = m.x;
        m.origin = undefined;
      } else m.x = m.a;
      return true;
  }
}

/** Steers a packet through `program` in place, each branch one way or the other at random. */
export function steer(r: Random, program: readonly ClassicInstruction[], packet: Uint8Array, eagerness = 0.6): void {
  const m: Machine = { a: 0, x: 0, origin: undefined, memory: [], origins: [] };
  for (let pc = 0, steps = 0; pc < program.length && steps < 5000; pc++, steps++) {
    const instruction = program[pc] as ClassicInstruction;
    const { code, k, jt, jf } = instruction;
    if ((code & 7) === 6) return;
    if ((code & 7) !== 5) {
      if (!step(m, packet, instruction)) return;
      continue;
    }
    if (code === 5) {
      pc += k | 0;
      continue;
    }
    if (m.origin && !(code & 8) && r.chance(0.7)) {
      write(packet, m.origin, steering(r, code, k, r.chance(eagerness)));
      m.a = ((read(packet, m.origin.at, m.origin.size) as number) >>> m.origin.shift) & m.origin.mask;
      m.a >>>= 0;
    }
    pc += taken(m, code, k) ? jt : jf;
  }
}
