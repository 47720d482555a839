// Helpers that print and take apart text.

import { encodeUtf8 } from '../../base/index.ts';
import { errno } from '../errno.ts';
import { formatKernel } from './format.ts';
import type { Helper, HelperCall } from './helper-call.ts';

function wordsAt(call: HelperCall, address: number, sizeBytes: number): bigint[] {
  return Array.from({ length: sizeBytes / 8 }, (_, index) => call.memory.u64(address + 8 * index));
}

/** Values of a printf-like helper: address and size in two arguments. */
function valuesOf(call: HelperCall, n: number): bigint[] | undefined {
  const size = call.u32(n + 1);
  if (size % 8 !== 0 || size > 12 * 8) return undefined;
  return size === 0 ? [] : wordsAt(call, call.readable(n, size), size);
}

function print(call: HelperCall, values: readonly bigint[]): number {
  const size = call.u32(2);
  const format = call.string(call.readable(1, size), size);
  const text = formatKernel(call, format, values);
  if (text === undefined) return -errno.EINVAL;
  call.machine.print(text);
  return encodeUtf8(text).length;
}

function snprintf(call: HelperCall): number {
  const size = call.u32(2);
  const to = call.writable(1, size);
  const values = valuesOf(call, 4);
  const text = values && formatKernel(call, call.string(call.number(3)), values);
  if (text === undefined) return -errno.EINVAL;
  const bytes = encodeUtf8(text);
  if (size > 0) {
    const kept = Math.min(bytes.length, size - 1);
    call.memory.u8.set(bytes.subarray(0, kept), to);
    call.memory.u8[to + kept] = 0;
  }
  return bytes.length + 1;
}

const digits = '0123456789abcdefghijklmnopqrstuvwxyz';

/** What strtol finds: sign, value, characters taken. */
interface Parsed {
  readonly value: bigint;
  readonly length: number;
}

function detectBase(text: string, base: number): { base: number; skip: number } {
  if ((base === 0 || base === 16) && /^0[xX][0-9a-fA-F]/.test(text)) return { base: 16, skip: 2 };
  if (base !== 0) return { base, skip: 0 };
  return text.startsWith('0') ? { base: 8, skip: 0 } : { base: 10, skip: 0 };
}

function parseInteger(text: string, requestedBase: number): Parsed | undefined {
  const blank = /^[ \t\n\v\f\r]*/.exec(text)?.[0].length ?? 0;
  const sign = text[blank] === '-' ? -1n : 1n;
  const start = blank + (sign < 0n ? 1 : 0);
  const { base, skip } = detectBase(text.slice(start), requestedBase);
  let at = start + skip;
  let value = 0n;
  const first = at;
  for (; at < text.length; at++) {
    const digit = digits.indexOf((text[at] as string).toLowerCase());
    if (digit < 0 || digit >= base) break;
    value = value * BigInt(base) + BigInt(digit);
  }
  return at === first ? undefined : { value: sign * value, length: at };
}

function parse(call: HelperCall, signed: boolean): number {
  const size = call.u32(2);
  const from = call.readable(1, size);
  const to = call.writable(4, 8);
  const flags = call.number(3);
  const base = flags & 0x1f;
  if (![0, 8, 10, 16].includes(base) || flags > 0x1f || size === 0) return -errno.EINVAL;
  const text = new TextDecoder('latin1').decode(call.memory.bytes(from, size)).replace(/\0.*$/s, '').slice(0, 63);
  call.memory.setU64(to, 0n);
  const parsed = parseInteger(text, base);
  if (!parsed) return -errno.EINVAL;
  const magnitude = parsed.value < 0n ? -parsed.value : parsed.value;
  if (magnitude >= 2n ** 64n) return -errno.ERANGE;
  if (!signed && parsed.value < 0n) return -errno.EINVAL;
  if (signed && BigInt.asIntN(64, parsed.value) !== parsed.value) return -errno.ERANGE;
  call.memory.setU64(to, parsed.value);
  return parsed.length;
}

function compareStrings(call: HelperCall): number {
  const size = call.u32(2);
  const first = call.readable(1, size);
  const { u8 } = call.memory;
  const second = call.number(3);
  for (let at = 0; at < size; at++) {
    const a = u8[first + at] as number;
    const b = u8[second + at] as number;
    if (a !== b) return a < b ? -1 : 1;
    if (a === 0) return 0;
  }
  return 0;
}

/** Iterators print into the run's output. */
function sequencePrint(call: HelperCall): number {
  const size = call.u32(3);
  const format = call.string(call.readable(2, size), size);
  const values = valuesOf(call, 4);
  const text = values && formatKernel(call, format, values);
  if (text === undefined) return -errno.EINVAL;
  call.machine.run.output.push(encodeUtf8(text));
  return 0;
}

/** Helpers by name without `bpf_`. */
export const textHelpers: Record<string, Helper> = {
  trace_printk: (call) => print(call, [call.u64(3), call.u64(4), call.u64(5)]),
  trace_vprintk: (call) => {
    const values = valuesOf(call, 3);
    return values ? print(call, values) : -errno.EINVAL;
  },
  snprintf,
  strtol: (call) => parse(call, true),
  strtoul: (call) => parse(call, false),
  strncmp: compareStrings,
  seq_printf: sequencePrint,
  seq_write: (call) => {
    const size = call.u32(3);
    call.machine.run.output.push(call.memory.copy(call.readable(2, size), size));
    return 0;
  },
};
