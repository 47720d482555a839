// printf as the kernel offers it to BPF programs (`bpf_bprintf_prepare`, kernel/bpf/helpers.c, v6.18).

import { decodeUtf8 } from '../../base/index.ts';
import type { HelperCall } from './helper-call.ts';

/** One conversion of a format string. */
interface Conversion {
  readonly text: string;
  readonly flags: string;
  readonly width: string;
  readonly precision: string | undefined;
  readonly length: string;
  readonly kind: string;
}

const pattern = /%([-+ 0]*)(\d*)(?:\.(\d+))?(ll|l)?(pks|pus|pI4|pi4|pI6|pi6|pK|px|pB|ps|pS|p|[diuxXcsk%])/g;

const integerBits: Record<string, number> = { ll: 64, l: 64 };

function pad(text: string, { flags, width }: Conversion): string {
  const size = Number(width || 0);
  if (flags.includes('-')) return text.padEnd(size);
  if (!flags.includes('0')) return text.padStart(size);
  const sign = text.startsWith('-') ? '-' : '';
  return sign + text.slice(sign.length).padStart(size - sign.length, '0');
}

function integer(conversion: Conversion, value: bigint): string {
  const bits = integerBits[conversion.length] ?? 32;
  const { kind } = conversion;
  if (kind === 'd' || kind === 'i') return pad(BigInt.asIntN(bits, value).toString(), conversion);
  const unsigned = BigInt.asUintN(bits, value);
  if (kind === 'u') return pad(unsigned.toString(), conversion);
  const digits = unsigned.toString(16);
  return pad(kind === 'X' ? digits.toUpperCase() : digits, conversion);
}

function ipv4(call: HelperCall, value: bigint): string {
  const bytes = call.machine.readAnywhere(value, 4) ?? new Uint8Array(4);
  return bytes.join('.');
}

function ipv6(call: HelperCall, value: bigint): string {
  const bytes = call.machine.readAnywhere(value, 16) ?? new Uint8Array(16);
  const words = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] as number) << 8) | (bytes[2 * at + 1] as number));
  return words.map((word) => word.toString(16).padStart(4, '0')).join(':');
}

function text(call: HelperCall, conversion: Conversion, value: bigint): string {
  const limit = conversion.precision === undefined ? 512 : Number(conversion.precision);
  const bytes = call.machine.readString(value, limit + 1);
  return pad(bytes ? decodeUtf8(bytes.subarray(0, limit)) : '', conversion);
}

type Formatter = (call: HelperCall, conversion: Conversion, value: bigint) => string;

const pointer: Formatter = (_, conversion, value) => pad(value.toString(16).padStart(16, '0'), conversion);
const asInteger: Formatter = (_, conversion, value) => integer(conversion, value);

const formatters: Record<string, Formatter> = {
  d: asInteger,
  i: asInteger,
  u: asInteger,
  x: asInteger,
  X: asInteger,
  c: (_, conversion, value) => pad(String.fromCharCode(Number(value & 0xffn)), conversion),
  s: text,
  pks: text,
  pus: text,
  p: pointer,
  pK: pointer,
  px: pointer,
  pB: (call, conversion, value) => pad(call.machine.symbolAt(value), conversion),
  ps: (call, conversion, value) => pad(call.machine.symbolAt(value), conversion),
  pS: (call, conversion, value) => pad(call.machine.symbolAt(value), conversion),
  pI4: (call, _, value) => ipv4(call, value),
  pi4: (call, _, value) => ipv4(call, value),
  pI6: (call, _, value) => ipv6(call, value),
  pi6: (call, _, value) => ipv6(call, value),
};

/** Formats as the kernel does; undefined where the format is not allowed or has more conversions than arguments. */
export function formatKernel(call: HelperCall, format: string, values: readonly bigint[]): string | undefined {
  let next = 0;
  let failed = false;
  const result = format.replace(pattern, (...match: string[]) => {
    const [whole, flags, width, precision, length, kind] = match as [string, string, string, string?, string?, string?];
    if (kind === '%' || kind === undefined) return '%';
    const formatter = formatters[kind];
    const value = values[next++];
    if (!formatter || value === undefined) {
      failed = true;
      return '';
    }
    return formatter(call, { text: whole, flags, width, precision, length: length ?? '', kind }, value);
  });
  // A percent sign that began no known conversion is an error.
  const rest = format.replace(pattern, '');
  return failed || rest.includes('%') ? undefined : result;
}
