// Jumps, calls and exit of the reference interpreter (RFC 9669, section 4.3).

import type { JumpCondition } from '../../isa/index.ts';
import { control, FRAME_STRIDE } from '../memory/layout.ts';
import type { Handler } from './frame.ts';

/** Unsigned 64-bit a < b, by halves. */
function below(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh >>> 0 < bHigh >>> 0;
}

/** Signed 64-bit a < b, by halves. */
function less(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh < bHigh;
}

type Test64 = (r: Int32Array, d: number, s: number) => boolean;

function branch64(test: Test64): Handler {
  return (f, i) => (test(f.r, f.d[i] as number, f.s[i] as number) ? (f.t[i] as number) : i + 1);
}

function branch32(test: (a: number, b: number) => boolean): Handler {
  return (f, i) =>
    test(f.r[f.d[i] as number] as number, f.r[f.s[i] as number] as number) ? (f.t[i] as number) : i + 1;
}

const isBelow: Test64 = (r, d, s) => below(r[d] as number, r[d + 1] as number, r[s] as number, r[s + 1] as number);
const isLess: Test64 = (r, d, s) => less(r[d] as number, r[d + 1] as number, r[s] as number, r[s + 1] as number);

const tests64: Record<JumpCondition, Handler> = {
  jeq: (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const s = f.s[i] as number;
    return r[d] === r[s] && r[d + 1] === r[s + 1] ? (f.t[i] as number) : i + 1;
  },
  jne: (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const s = f.s[i] as number;
    return r[d] !== r[s] || r[d + 1] !== r[s + 1] ? (f.t[i] as number) : i + 1;
  },
  jset: branch64(
    (r, d, s) => (((r[d] as number) & (r[s] as number)) | ((r[d + 1] as number) & (r[s + 1] as number))) !== 0,
  ),
  jgt: branch64((r, d, s) => isBelow(r, s, d)),
  jge: branch64((r, d, s) => !isBelow(r, d, s)),
  jlt: branch64(isBelow),
  jle: branch64((r, d, s) => !isBelow(r, s, d)),
  jsgt: branch64((r, d, s) => isLess(r, s, d)),
  jsge: branch64((r, d, s) => !isLess(r, d, s)),
  jslt: branch64(isLess),
  jsle: branch64((r, d, s) => !isLess(r, s, d)),
};

const tests32: Record<JumpCondition, Handler> = {
  jeq: branch32((a, b) => a === b),
  jne: branch32((a, b) => a !== b),
  jset: branch32((a, b) => (a & b) !== 0),
  jgt: branch32((a, b) => a >>> 0 > b >>> 0),
  jge: branch32((a, b) => a >>> 0 >= b >>> 0),
  jlt: branch32((a, b) => a >>> 0 < b >>> 0),
  jle: branch32((a, b) => a >>> 0 <= b >>> 0),
  jsgt: branch32((a, b) => a > b),
  jsge: branch32((a, b) => a >= b),
  jslt: branch32((a, b) => a < b),
  jsle: branch32((a, b) => a <= b),
};

const callOut: Handler = (f, i) => (f.callOut(i) ? f.leave() : i + 1);

/** Handlers by key; see program/keys.ts. */
export const jumpHandlers: Record<string, Handler> = {
  jump: (f, i) => f.t[i] as number,
  'may-goto': (f, i) => {
    if (f.mayGoto === 0) return f.t[i] as number;
    f.mayGoto--;
    return i + 1;
  },
  exit: (f) => f.leave(),
  'call-local': (f, i) => {
    const bottom = f.bottom - FRAME_STRIDE;
    if (bottom < f.runtime.stackBottom) f.fault('call-depth', i);
    f.enter(i + 1, bottom);
    return f.program.functions[f.t[i] as number]?.start as number;
  },
  'call-helper': callOut,
  'call-kfunc': callOut,
  'call-register': (f, i) => {
    f.memory.i32[control.scratch / 4] = f.r[f.d[i] as number] as number;
    return callOut(f, i);
  },
};

for (const [condition, handler] of Object.entries(tests64)) jumpHandlers[`${condition}64`] = handler;
for (const [condition, handler] of Object.entries(tests32)) jumpHandlers[`${condition}32`] = handler;
