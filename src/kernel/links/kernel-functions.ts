// Functions of the kernel that can be probed: by pattern, with their addresses where the kernel shows them.

import { readFileSync } from 'node:fs';
import { suggest, UsageError } from '../../base/index.ts';
import { globMatcher, kernelSymbols } from '../../symbols/index.ts';
import { findTracefs } from '../../sys/index.ts';
import { traceList } from './tracefs.ts';

/** Where to: by name, or by address where that is known. */
export interface Functions {
  readonly names: readonly string[];
  readonly addresses: readonly bigint[] | undefined;
}

/** Functions that can be probed and whose names match. @throws UsageError when there are none. */
export function matchKernelFunctions(pattern: string): Functions {
  const tracefs = findTracefs();
  const listed = tracefs ? (withAddresses(tracefs, pattern) ?? withoutAddresses(tracefs, pattern)) : undefined;
  const found = listed ?? fromSymbols(pattern);
  if (found.names.length > 0) return found;
  const near = suggest(pattern.replace(/[*?]/g, ''), kernelSymbols().functionNames());
  throw new UsageError(`no kernel function matches ${pattern}`, { hint: near && `there is ${near}` });
}

/** Since Linux 6.5: `ffffffff81000000 name [module]`. */
function withAddresses(tracefs: string, pattern: string): Functions | undefined {
  const matches = globMatcher(pattern);
  const rows = traceList(tracefs, 'available_filter_functions_addrs')
    .map((row) => row.split(' '))
    .filter(([, name]) => name !== undefined && matches(name));
  if (rows.length === 0) return undefined;
  const addresses = rows.map(([address]) => BigInt(`0x${address}`));
  const names = rows.map(([, name = '']) => name);
  return { names, addresses: addresses.some((address) => address === 0n) ? undefined : addresses };
}

// A name that several functions share, of which not all can be probed, is left out: which one is meant nobody can tell.
function withoutAddresses(tracefs: string, pattern: string): Functions | undefined {
  const rows = traceList(tracefs, 'available_filter_functions');
  if (rows.length === 0) return undefined;
  const matches = globMatcher(pattern);
  const listed = new Map<string, number>();
  for (const row of rows) {
    const name = row.split(' ', 1)[0] ?? '';
    if (matches(name)) listed.set(name, (listed.get(name) ?? 0) + 1);
  }
  const known = addressesByName(new Set(listed.keys()));
  const sound = [...listed].filter(([name, count]) => known.get(name)?.length === count);
  const hasAddresses = kernelSymbols().hasAddresses;
  const names = sound.flatMap(([name, count]) => (hasAddresses ? Array<string>(count).fill(name) : [name]));
  return { names, addresses: hasAddresses ? sound.flatMap(([name]) => known.get(name) ?? []) : undefined };
}

function addressesByName(names: ReadonlySet<string>): Map<string, bigint[]> {
  const symbols = kernelSymbols();
  const found = new Map<string, bigint[]>();
  for (let index = 0; index < symbols.length; index++) {
    const { name, address, type } = symbols.at(index);
    if (!names.has(name) || !/[tTwW]/.test(type)) continue;
    const all = found.get(name);
    if (all) all.push(address);
    else found.set(name, [address]);
  }
  return found;
}

function fromSymbols(pattern: string): Functions {
  return { names: kernelSymbols().functionNames().filter(globMatcher(pattern)), addresses: undefined };
}

/** Without duplicates, and without those that kprobes (unlike the function tracer) must not touch. */
export function probeable(names: readonly string[]): readonly string[] {
  const forbidden = new Set(kprobeBlacklist());
  return [...new Set(names)].filter((name) => !forbidden.has(name));
}

// 0xffffffff81000000-0xffffffff81000010	name
function kprobeBlacklist(): readonly string[] {
  try {
    const rows = readFileSync('/sys/kernel/debug/kprobes/blacklist', 'utf8').split('\n');
    return rows.map((row) => row.split('\t')[1] ?? '').filter(Boolean);
  } catch {
    return [];
  }
}
