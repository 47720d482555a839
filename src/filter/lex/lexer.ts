// Text to tokens by longest match, as pcap-filter(7)'s words and libpcap's acceptance define them.

import type { SourceText } from '../../base/index.ts';
import type { Range } from '../parse/ast.ts';
import { problem } from '../problem.ts';
import { matchIpv6, matchMac, matchTornMac } from './addresses.ts';
import { ALNUM, classAt, codeAt, DIGIT, HEX, NAME_INSIDE } from './characters.ts';
import { keywordAt, type TokenKind } from './keywords.ts';

/** Tokens as parallel arrays; the last one is `end`. */
export interface Tokens {
  readonly source: SourceText;
  readonly kinds: TokenKind[];
  /** Word, name or address as text; number for `number`. */
  readonly values: (string | number)[];
  readonly starts: number[];
  readonly ends: number[];
  /** For each parenthesis the index of its partner, -1 elsewhere and where there is none. */
  readonly partners: number[];
}

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const COLON = 58;
const ZERO = 48;
const BANG = 33;

/** End of the longest name at `at`: inside it `-` and `_` are welcome, at its end they are not. */
function nameEnd(text: string, at: number): number {
  let end = at + 1;
  while (classAt(text, end) & NAME_INSIDE) end++;
  while (end > at + 1) {
    const last = codeAt(text, end - 1);
    if (last !== 45 && last !== 95) break;
    end--;
  }
  return end;
}

/** End of the number at `at`, or `at` where there is none. */
export function numberEnd(text: string, at: number): number {
  let end = at;
  if (codeAt(text, at) === 48 && (codeAt(text, at + 1) | 32) === 120 && classAt(text, at + 2) & HEX) {
    end = at + 2;
    while (classAt(text, end) & HEX) end++;
    return end;
  }
  while (classAt(text, end) & DIGIT) end++;
  return end;
}

/** Whether there is a colon where the first group of an address may end. */
function hasColonNear(text: string, at: number): boolean {
  for (let i = at; i <= at + 4; i++) if (codeAt(text, i) === COLON) return true;
  return false;
}

/** Operators by their text; those of two characters by their codes, the first times 128. */
const operators: readonly TokenKind[] = [
  '(',
  ')',
  '[',
  ']',
  ':',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '&',
  '|',
  '<',
  '>',
  '=',
];
const longOperators: readonly (readonly [string, TokenKind])[] = [
  ['&&', 'and'],
  ['||', 'or'],
  ['<<', '<<'],
  ['>>', '>>'],
  ['<=', '<='],
  ['>=', '>='],
  ['==', '='],
  ['!=', '!='],
];
const operatorKinds: (TokenKind | undefined)[] = new Array<TokenKind | undefined>(128);
for (const operator of operators) operatorKinds[operator.charCodeAt(0)] = operator;
operatorKinds[BANG] = 'not';
const longKinds: ReadonlyMap<number, TokenKind> = new Map(
  longOperators.map(([text, kind]) => [text.charCodeAt(0) * 128 + text.charCodeAt(1), kind]),
);

/** The lexer: made, run once by {@link tokenize}, thrown away. */
class Lexer {
  readonly source: SourceText;
  readonly text: string;
  readonly tokens: Tokens;
  readonly open: number[] = [];

  constructor(source: SourceText) {
    this.source = source;
    this.text = source.text;
    this.tokens = { source, kinds: [], values: [], starts: [], ends: [], partners: [] };
  }

  push(kind: TokenKind, value: string | number, start: number, end: number): number {
    const { tokens } = this;
    tokens.kinds.push(kind);
    tokens.values.push(value);
    tokens.starts.push(start);
    tokens.ends.push(end);
    tokens.partners.push(-1);
    return end;
  }

  fail({ start, end }: Range, code: string, message: string, hint?: string): never {
    throw problem({ source: this.source, start, end }, code, message, hint);
  }

  number(start: number, end: number): number {
    const { text } = this;
    let base = 10;
    let at = start;
    if (codeAt(text, start) === ZERO && end > start + 1) {
      const isHex = (codeAt(text, start + 1) | 32) === 120;
      base = isHex ? 16 : 8;
      at = isHex ? start + 2 : start;
    }
    let value = 0;
    for (; at < end; at++) {
      const c = codeAt(text, at);
      const digit = c < 58 ? c - ZERO : (c | 32) - 87;
      if (digit >= base) this.#octalDigit(start, end);
      value = value * base + digit;
    }
    if (value > 0xffffffff)
      this.fail({ start, end }, 'number-overflow', `number ${text.slice(start, end)} overflows 32 bits`);
    return value;
  }

  #octalDigit(start: number, end: number): never {
    this.fail(
      { start, end },
      'octal-digit',
      `number ${this.text.slice(start, end)} contains a digit that octal does not have`,
      'drop the leading 0 for decimal',
    );
  }

  /** End of an IPv4 address of two to four parts, or `first` (the end of its first part). */
  ipv4End(first: number): number {
    let end = first;
    for (let parts = 1; parts < 4; parts++) {
      if (codeAt(this.text, end) !== 46) break;
      const next = numberEnd(this.text, end + 1);
      if (next === end + 1) break;
      end = next;
    }
    return end;
  }

  /** A word, number or address: whichever is longest, addresses before numbers before names. */
  word(at: number): number {
    const { text } = this;
    const name = classAt(text, at) & ALNUM ? nameEnd(text, at) : at;
    if (classAt(text, at) & HEX || codeAt(text, at) === 58) {
      const address = this.address(at, name);
      if (address > at) return address;
    }
    if (name === at) return at;
    const numeric = numberEnd(text, at);
    if (numeric > at) {
      if (numeric === name) return this.push('number', this.number(at, numeric), at, numeric);
      const dotted = this.ipv4End(numeric);
      if (dotted === name && dotted > numeric) return this.push('ipv4', text.slice(at, dotted), at, dotted);
    }
    const keyword = keywordAt(text, at, name);
    if (keyword) return this.push(keyword.kind, keyword.value, at, name);
    return this.push('name', text.slice(at, name), at, name);
  }

  /** A link-layer or IPv6 address at least as long as the name there, or `at`. */
  address(at: number, name: number): number {
    const { text } = this;
    const mac = matchMac(text, at);
    const hasColon = hasColonNear(text, at);
    const ipv6 = hasColon ? matchIpv6(text, at) : at;
    const torn = hasColon ? matchTornMac(text, at) : at;
    const longest = Math.max(mac, ipv6, torn);
    if (longest <= at || longest < name) return at;
    if (mac === longest) return this.push('mac', text.slice(at, mac), at, mac);
    if (ipv6 === longest) {
      const address = text.slice(at, ipv6);
      const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
      if (dotted?.slice(1).some((part) => Number(part) > 255 || part.length > 3))
        this.fail(
          { start: at, end: ipv6 },
          'bad-ipv6',
          `bogus IPv6 address ${address}`,
          'each of the last four parts goes up to 255',
        );
      return this.push('ipv6', address, at, ipv6);
    }
    return this.fail(
      { start: at, end: torn },
      'bad-mac',
      `bogus ethernet address ${text.slice(at, torn)}`,
      'an address has six parts: 00:11:22:33:44:55',
    );
  }

  escaped(at: number): number {
    let end = at + 1;
    while (end < this.text.length && !' !()\n\t'.includes(this.text[end] as string)) end++;
    if (end === at + 1) this.fail({ start: at, end: at + 1 }, 'illegal-character', 'nothing to escape after "\\"');
    return this.push('name', this.text.slice(at + 1, end), at, end);
  }

  arcnet(at: number): number {
    let end = at + 1;
    while (end < at + 3 && classAt(this.text, end) & HEX) end++;
    if (end === at + 1) return this.illegal(at);
    return this.push('arcnet', this.text.slice(at + 1, end), at, end);
  }

  operator(at: number): number {
    const c = codeAt(this.text, at);
    const next = codeAt(this.text, at + 1);
    const long = next < 128 ? longKinds.get(c * 128 + next) : undefined;
    if (long) return this.push(long, long, at, at + 2);
    const kind = operatorKinds[c];
    if (!kind) return this.illegal(at);
    const index = this.tokens.kinds.length;
    this.push(kind, kind, at, at + 1);
    if (kind === '(') this.open.push(index);
    if (kind === ')') this.close(index);
    return at + 1;
  }

  close(index: number): void {
    const partner = this.open.pop();
    if (partner === undefined) return;
    this.tokens.partners[index] = partner;
    this.tokens.partners[partner] = index;
  }

  illegal(at: number): never {
    const char = String.fromCodePoint(this.text.codePointAt(at) as number);
    return this.fail(
      { start: at, end: at + char.length },
      'illegal-character',
      `illegal character ${JSON.stringify(char)}`,
    );
  }

  run(): Tokens {
    const { text } = this;
    let at = 0;
    while (at < text.length) {
      const c = codeAt(text, at);
      if (c === SPACE || c === TAB || c === LINE_FEED || c === CARRIAGE_RETURN) {
        at++;
        continue;
      }
      const end = classAt(text, at) & ALNUM || c === COLON ? this.word(at) : at;
      if (end > at) at = end;
      else if (c === 92) at = this.escaped(at);
      else if (c === 36) at = this.arcnet(at);
      else at = this.operator(at);
    }
    this.push('end', '', text.length, text.length);
    return this.tokens;
  }
}

/**
 * Splits an expression into tokens.
 * @throws SourceError on a character, number or address that cannot be one.
 */
export function tokenize(source: SourceText): Tokens {
  return new Lexer(source).run();
}
