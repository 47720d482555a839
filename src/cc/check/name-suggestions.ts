// What may have been meant by a name that does not exist.

import { suggest } from '../../base/index.ts';
import type { Btf, BtfKind } from '../../btf/index.ts';
import type { MeantType } from '../parse/types.ts';
import { renamedStructs } from './kernel-renames.ts';

/** Misspelt names are looked for among those that begin with as many letters. */
const COMMON_LETTERS = 2;
const ATTEMPTS = 20;

/** A hint where `struct tag` is not known. */
export function suggestStruct(tag: string, btf: Btf | undefined): string | undefined {
  const row = renamedStructs.find(({ before, now }) => before === tag && btf?.find(now, 'struct') !== undefined);
  if (row) return `did you mean 'struct ${row.now}' (renamed in ${row.since})?`;
  const near = nearest(tag, btf, ['struct', 'union']);
  return near === undefined ? undefined : `did you mean 'struct ${near}'?`;
}

/** The type that a word was probably meant to be. */
export function meantType(word: string, btf: Btf | undefined): MeantType | undefined {
  for (const kind of ['struct', 'union', 'enum'] as const)
    if (btf?.find(word, kind) !== undefined) return { kind, name: word };
  const name = nearest(word, btf, ['typedef']);
  return name === undefined ? undefined : { kind: 'typedef', name };
}

/** The name that goes on where this one ends (`bpf_get_current_pid`), else the nearest one. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const longer = names.filter((other) => other.startsWith(`${name}_`)).sort((a, b) => a.length - b.length);
  return longer[0] ?? suggest(name, names);
}

/** The enumerator of the kernel with the nearest name. */
export function nearestEnumerator(word: string, btf: Btf | undefined): string | undefined {
  return nearestOf(word, btf, (name) => btf?.findEnumerator(name) !== undefined);
}

/** The nearest name that is a type of one of the kinds. */
function nearest(name: string, btf: Btf | undefined, kinds: readonly BtfKind[]): string | undefined {
  return nearestOf(name, btf, (near) => kinds.some((kind) => btf?.find(near, kind) !== undefined));
}

function nearestOf(name: string, btf: Btf | undefined, isRight: (name: string) => boolean): string | undefined {
  const names = new Set(btf?.namesStartingWith?.(name.slice(0, COMMON_LETTERS)) ?? []);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const near = suggest(name, names);
    if (near === undefined || isRight(near)) return near;
    names.delete(near);
  }
  return undefined;
}
