// Addresses of kernel symbols that programs name as `extern const void x __ksym`.

import { readFileSync } from 'node:fs';
import { UnsupportedError } from '../base/index.ts';

/** Addresses by name; names that /proc/kallsyms does not have are missing. @throws UnsupportedError where it cannot be read */
export function symbolAddresses(names: ReadonlySet<string>): Map<string, bigint> {
  const found = new Map<string, bigint>();
  if (names.size === 0) return found;
  let text: string;
  try {
    text = readFileSync('/proc/kallsyms', 'latin1');
  } catch (cause) {
    throw new UnsupportedError('/proc/kallsyms', { cause, hint: 'the kernel must be built with CONFIG_KALLSYMS' });
  }
  for (const name of names) {
    // `ffffffff81000000 T _stext`, with the module in brackets behind a tab where there is one.
    const match = new RegExp(`^([0-9a-f]+) [A-Za-z] ${escapePattern(name)}(?:\\t|$)`, 'm').exec(text);
    if (match?.[1]) found.set(name, BigInt(`0x${match[1]}`));
  }
  return found;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
