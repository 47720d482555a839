// Loads, stores and atomic operations of the reference interpreter (RFC 9669, section 5).

import type { AtomicOperation } from '../../isa/index.ts';
import { control } from '../memory/layout.ts';
import type { Frame, Handler } from './frame.ts';

const MASK32 = 0xffff_ffffn;

function set32(f: Frame, register: number, value: number, high: number): void {
  f.r[register] = value;
  f.r[register + 1] = high;
}

const loads: Record<string, Handler> = {
  load8: (f, i) => {
    const at = f.readAddress(i, f.s[i] as number, 1);
    set32(f, f.d[i] as number, f.memory.view.getUint8(at), 0);
    return i + 1;
  },
  load16: (f, i) => {
    const at = f.readAddress(i, f.s[i] as number, 2);
    set32(f, f.d[i] as number, f.memory.view.getUint16(at, true), 0);
    return i + 1;
  },
  load32: (f, i) => {
    const at = f.readAddress(i, f.s[i] as number, 4);
    set32(f, f.d[i] as number, f.memory.view.getInt32(at, true), 0);
    return i + 1;
  },
  load64: (f, i) => {
    const at = f.readAddress(i, f.s[i] as number, 8);
    set32(f, f.d[i] as number, f.memory.view.getInt32(at, true), f.memory.view.getInt32(at + 4, true));
    return i + 1;
  },
  'load-signed8': (f, i) => {
    const value = f.memory.view.getInt8(f.readAddress(i, f.s[i] as number, 1));
    set32(f, f.d[i] as number, value, value >> 31);
    return i + 1;
  },
  'load-signed16': (f, i) => {
    const value = f.memory.view.getInt16(f.readAddress(i, f.s[i] as number, 2), true);
    set32(f, f.d[i] as number, value, value >> 31);
    return i + 1;
  },
  'load-signed32': (f, i) => {
    const value = f.memory.view.getInt32(f.readAddress(i, f.s[i] as number, 4), true);
    set32(f, f.d[i] as number, value, value >> 31);
    return i + 1;
  },
};

const stores: Record<string, Handler> = {
  store8: (f, i) => {
    const at = f.writeAddress(i, f.d[i] as number, 1);
    f.memory.view.setInt8(at, f.r[f.s[i] as number] as number);
    return i + 1;
  },
  store16: (f, i) => {
    const at = f.writeAddress(i, f.d[i] as number, 2);
    f.memory.view.setInt16(at, f.r[f.s[i] as number] as number, true);
    return i + 1;
  },
  store32: (f, i) => {
    const at = f.writeAddress(i, f.d[i] as number, 4);
    f.memory.view.setInt32(at, f.r[f.s[i] as number] as number, true);
    return i + 1;
  },
  store64: (f, i) => {
    const at = f.writeAddress(i, f.d[i] as number, 8);
    const s = f.s[i] as number;
    const { view } = f.memory;
    view.setInt32(at, f.r[s] as number, true);
    view.setInt32(at + 4, f.r[s + 1] as number, true);
    return i + 1;
  },
};

interface AtomicMeaning {
  /** New value from the old one, the operand and r0. */
  readonly compute: (old: bigint, operand: bigint, r0: bigint) => bigint;
  /** Register that receives the old value: operand's, r0, or none. */
  readonly result: 'src' | 'r0' | 'none';
}

const atomics: Record<AtomicOperation, AtomicMeaning> = {
  'atomic-add': { compute: (a, b) => a + b, result: 'none' },
  'atomic-or': { compute: (a, b) => a | b, result: 'none' },
  'atomic-and': { compute: (a, b) => a & b, result: 'none' },
  'atomic-xor': { compute: (a, b) => a ^ b, result: 'none' },
  'atomic-fetch-add': { compute: (a, b) => a + b, result: 'src' },
  'atomic-fetch-or': { compute: (a, b) => a | b, result: 'src' },
  'atomic-fetch-and': { compute: (a, b) => a & b, result: 'src' },
  'atomic-fetch-xor': { compute: (a, b) => a ^ b, result: 'src' },
  'atomic-xchg': { compute: (_, b) => b, result: 'src' },
  'atomic-cmpxchg': { compute: (a, b, r0) => (a === r0 ? b : a), result: 'r0' },
};

function atomicHandler({ compute, result }: AtomicMeaning, width: 32 | 64): Handler {
  return (f, i) => {
    const at = f.writeAddress(i, f.d[i] as number, width / 8);
    const s = (f.s[i] as number) >> 1;
    const { view } = f.memory;
    const mask = width === 64 ? 0xffff_ffff_ffff_ffffn : MASK32;
    const old = width === 64 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
    const next = compute(old, (f.wide[s] as bigint) & mask, (f.wide[0] as bigint) & mask);
    if (width === 64) view.setBigUint64(at, BigInt.asUintN(64, next), true);
    else view.setUint32(at, Number(next & MASK32), true);
    if (result !== 'none') f.wide[result === 'r0' ? 0 : s] = old;
    return i + 1;
  };
}

/** Packet loads of old socket filters: r1 to r3 carry size, offset and context; what fails ends the program with 0. */
function packetLoad(size: number, indirect: boolean): Handler {
  return (f, i) => {
    const { i32 } = f.memory;
    const at = control.arguments / 4;
    const index = indirect ? (f.r[f.s[i] as number] as number) : 0;
    i32[at + 2] = size;
    i32[at + 4] = ((f.o[i] as number) + index) | 0;
    i32[at + 6] = f.r[12] as number;
    const failed = f.callPacket(i);
    return failed ? f.leave() : i + 1;
  };
}

/** Handlers by key; see program/keys.ts. */
export const memoryHandlers: Record<string, Handler> = { ...loads, ...stores };

for (const width of [8, 16, 32, 64]) {
  memoryHandlers[`load-acquire${width}`] = loads[`load${width}`] as Handler;
  memoryHandlers[`store-release${width}`] = stores[`store${width}`] as Handler;
}
for (const [operation, meaning] of Object.entries(atomics)) {
  memoryHandlers[`${operation}64`] = atomicHandler(meaning, 64);
  memoryHandlers[`${operation}32`] = atomicHandler(meaning, 32);
}
for (const width of [8, 16, 32]) {
  memoryHandlers[`packet-absolute${width}`] = packetLoad(width / 8, false);
  memoryHandlers[`packet-indirect${width}`] = packetLoad(width / 8, true);
}
