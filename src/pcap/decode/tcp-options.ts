// Options of TCP headers.

import type { TcpOption } from './layers.ts';

const names: Readonly<Record<number, string>> = {
  0: 'eol',
  1: 'nop',
  2: 'mss',
  3: 'wscale',
  4: 'sackOK',
  5: 'sack',
  6: 'echo',
  7: 'echoreply',
  8: 'TS',
  11: 'cc',
  12: 'ccnew',
  19: 'md5',
  28: 'uto',
  29: 'tcp-ao',
  30: 'mptcp',
  34: 'tfo',
  253: 'exp',
  254: 'exp',
};

/** Bytes of values where they are always the same, whatever the option's length says. */
const fixedSizes: Readonly<Record<number, number>> = { 2: 2, 3: 1, 4: 0, 6: 4, 7: 4, 8: 8, 11: 4, 12: 4 };

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function numbers(data: Uint8Array, size: number): number[] {
  const count = Math.floor(data.byteLength / size);
  return Array.from({ length: count }, (_, index) =>
    data.subarray(index * size, (index + 1) * size).reduce((value, byte) => value * 256 + byte, 0),
  );
}

/** What is told of the value of an option. */
const describe: Readonly<Record<number, (data: Uint8Array) => Partial<TcpOption>>> = {
  2: (data) => ({ values: numbers(data, 2) }),
  3: (data) => ({ values: numbers(data, 1) }),
  4: () => ({}),
  5: (data) => (data.byteLength % 8 === 0 ? { values: numbers(data, 4) } : { suffix: ' invalid sack' }),
  6: (data) => ({ values: numbers(data, 4) }),
  7: (data) => ({ values: numbers(data, 4) }),
  8: (data) => ({ values: numbers(data, 4) }),
  11: (data) => ({ values: numbers(data, 4) }),
  12: (data) => ({ values: numbers(data, 4) }),
  19: (data) => ({ suffix: ` shared secret not supplied with -M, digest ${hex(data)}` }),
  28: () => ({}),
  29: (data) => ({ suffix: ` keyid ${data[0]} rnextkeyid ${data[1]} mac 0x${hex(data.subarray(2))}` }),
  30: () => ({}),
  34: (data) => ({ suffix: data.byteLength === 0 ? '  cookiereq' : `  cookie ${hex(data)}` }),
  253: (data) => ({ suffix: `-${hex(data.subarray(0, 2))}` }),
  254: (data) => ({ suffix: `-${hex(data.subarray(0, 2))}` }),
};

/** One option; undefined where it does not fit. */
function optionAt(bytes: Uint8Array, at: number): { option: TcpOption; size: number } | undefined {
  const kind = bytes[at] as number;
  const name = names[kind] ?? `unknown-${kind}`;
  if (kind <= 1) return { option: { name }, size: 1 };
  const stated = bytes[at + 1] ?? 0;
  if (stated < 2 || at + stated > bytes.length) return undefined;
  const size = fixedSizes[kind] ?? stated - 2;
  if (at + 2 + size > bytes.length) return undefined;
  const data = bytes.subarray(at + 2, at + 2 + size);
  const told = describe[kind]?.(data) ?? { suffix: data.byteLength > 0 ? ` 0x${hex(data)}` : '' };
  const mark = size + 2 === stated ? '' : `[len ${stated}]`;
  const suffix = `${told.suffix ?? ''}${mark}`;
  return { option: { name, ...told, ...(suffix ? { suffix } : {}) }, size: size + 2 };
}

/** Options up to the end of the list, or to one that cannot be: then `isBad`. */
export function tcpOptions(bytes: Uint8Array): { readonly options: readonly TcpOption[]; readonly isBad: boolean } {
  const options: TcpOption[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = optionAt(bytes, at);
    if (!found) return { options, isBad: true };
    options.push(found.option);
    if (found.option.name === 'eol') break;
    at += found.size;
  }
  return { options, isBad: false };
}
