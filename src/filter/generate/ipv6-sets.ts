// Many IPv6 addresses at once: a search word by word, in which what the addresses have in common is looked at once.

import { and, choose, FALSE, type Formula, GT, or, type Prefix, TRUE, test } from '../ir/formula.ts';
import { normalize } from '../ir/ranges.ts';
import type { Value } from '../ir/values.ts';

/** The value of each word of an address in the packet. */
type WordOf = (word: number) => Value;

/** Values of one word, and what the other words must be then. */
interface Case {
  readonly pairs: number[];
  readonly rest: Formula;
}

/** Up to so many cases are looked at one after the other; more are halved. */
const MOST_IN_A_ROW = 16;

/** True where the address is in one of the prefixes. */
export function ipv6SetTest(prefixes: readonly Prefix[], wordOf: WordOf): Formula {
  const byLength = new Map<number, Prefix[]>();
  for (const prefix of prefixes) {
    const same = byLength.get(prefix.bits);
    if (same) same.push(prefix);
    else byLength.set(prefix.bits, [prefix]);
  }
  let formula: Formula | undefined;
  for (const [bits, same] of byLength) {
    const words = [0, 1, 2, 3].filter((word) => 32 * word < bits);
    const next = search(new Search(wordOf, bits), words, same);
    formula = formula ? or(formula, next) : next;
  }
  return formula as Formula;
}

/** Prefixes of one length: in each word they are equal or have nothing in common. */
class Search {
  readonly wordOf: WordOf;
  readonly #bits: number;

  constructor(wordOf: WordOf, bits: number) {
    this.wordOf = wordOf;
    this.#bits = bits;
  }

  /** Last value of a word that begins with what the prefix says. */
  lastOf(word: number, first: number): number {
    const free = Math.max(0, 32 * (word + 1) - this.#bits);
    return first + 2 ** free - 1;
  }

  member(word: number, pairs: readonly number[]): Formula {
    return { kind: 'member', value: this.wordOf(word), ranges: normalize(pairs) };
  }
}

function distinctIn(word: number, prefixes: readonly Prefix[]): number {
  return new Set(prefixes.map(({ address }) => address[word])).size;
}

/** The test of the words that are left; those with the fewest values come first. */
function search(of: Search, words: readonly number[], prefixes: readonly Prefix[]): Formula {
  if (words.length === 0) return TRUE;
  let word = words[0] as number;
  if (words.length > 1 && prefixes.length > 1) {
    const counts = words.map((one) => distinctIn(one, prefixes));
    word = words[counts.indexOf(Math.min(...counts))] as number;
  }
  if (words.length === 1) {
    const pairs = prefixes.flatMap(({ address }) => [
      address[word] as number,
      of.lastOf(word, address[word] as number),
    ]);
    return of.member(word, pairs);
  }
  const cases = casesOf(of, word, words, prefixes);
  const [only] = cases;
  if (cases.length === 1 && only) return and(of.member(word, only.pairs), only.rest);
  const several = cases.filter(({ pairs }) => pairs.length > 2);
  const single = cases.filter(({ pairs }) => pairs.length === 2);
  single.sort((a, b) => (a.pairs[0] as number) - (b.pairs[0] as number));
  return several.reduceRight(
    (otherwise, { pairs, rest }) => choose(of.member(word, pairs), rest, otherwise),
    halved(of, word, single),
  );
}

/** The values of a word, together where the rest of the address is the same. */
function casesOf(of: Search, word: number, words: readonly number[], prefixes: readonly Prefix[]): Case[] {
  const left = words.filter((one) => one !== word);
  const byValue = new Map<number, Prefix[]>();
  for (const prefix of prefixes) {
    const first = prefix.address[word] as number;
    const same = byValue.get(first);
    if (same) same.push(prefix);
    else byValue.set(first, [prefix]);
  }
  const byRest = new Map<string, Case>();
  for (const [first, same] of byValue) {
    const rests = same.map(({ address }) => left.map((one) => address[one]).join());
    const key = rests.length > 1 ? rests.sort().join(';') : (rests[0] as string);
    const known = byRest.get(key);
    if (known) known.pairs.push(first, of.lastOf(word, first));
    else byRest.set(key, { pairs: [first, of.lastOf(word, first)], rest: search(of, left, same) });
  }
  return [...byRest.values()];
}

/** Cases of one range each, in order. */
function halved(of: Search, word: number, cases: readonly Case[]): Formula {
  if (cases.length > MOST_IN_A_ROW) {
    const middle = cases.length >>> 1;
    const below = cases[middle - 1] as Case;
    const isAbove = test(GT, of.wordOf(word), below.pairs[1] as number);
    return choose(isAbove, halved(of, word, cases.slice(middle)), halved(of, word, cases.slice(0, middle)));
  }
  return cases.reduceRight(
    (otherwise: Formula, { pairs, rest }) => choose(of.member(word, pairs), rest, otherwise),
    FALSE,
  );
}
