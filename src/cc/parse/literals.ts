// Numbers, character constants and string literals (C11 6.4.4, 6.4.5) from their spelling.

import { encodeUtf8 } from '../../base/index.ts';

/** What a pp-number is. */
export type NumberLiteral =
  | {
      readonly kind: 'integer';
      readonly value: bigint;
      readonly unsigned: boolean;
      readonly long: 0 | 1 | 2;
      readonly decimal: boolean;
    }
  | { readonly kind: 'float' }
  | { readonly kind: 'invalid'; readonly problem: string };

const integerPattern = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uUlLiIzZ]*)$/;
const suffixes = new Map<string, { readonly unsigned: boolean; readonly long: 0 | 1 | 2 }>();
for (const unsigned of ['', 'u']) {
  for (const [long, text] of ['', 'l', 'll'].entries()) {
    const row = { unsigned: unsigned !== '', long: long as 0 | 1 | 2 };
    suffixes.set(unsigned + text, row).set(text + unsigned, row);
  }
}

/** Reads a pp-number. */
export function parseInteger(text: string): NumberLiteral {
  const match = integerPattern.exec(text);
  if (!match) {
    const isFloat = /^(0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][+-]?\d+|[0-9]*\.?[0-9]*([eE][+-]?\d+)?)[fFlLdDqQ]*$/.test(
      text,
    );
    return isFloat ? { kind: 'float' } : { kind: 'invalid', problem: `invalid suffix or digit in number '${text}'` };
  }
  const [, digits = '', suffix = ''] = match;
  const row = suffixes.get(suffix.toLowerCase());
  if (!row || suffix.includes('lL') || suffix.includes('Ll'))
    return { kind: 'invalid', problem: `invalid suffix '${suffix}' on integer constant` };
  const isOctal = /^0[0-9]/.test(digits);
  if (isOctal && /[89]/.test(digits))
    return { kind: 'invalid', problem: `invalid digit in octal constant '${digits}'` };
  if (digits.length > 70)
    return { kind: 'invalid', problem: 'integer literal is too large to be represented in any integer type' };
  const value = BigInt(isOctal ? `0o${digits}` : digits);
  if (value >= 1n << 64n) {
    return { kind: 'invalid', problem: 'integer literal is too large to be represented in any integer type' };
  }
  return { kind: 'integer', value, unsigned: row.unsigned, long: row.long, decimal: !digits.startsWith('0') };
}

const simpleEscapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
  E: 27,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

/** A unit of a literal: a code point as written, or a number by escape (taken as it is). */
type Unit = { readonly codePoint: number } | { readonly raw: number };

function* units(body: string): Generator<Unit, void> {
  for (let i = 0; i < body.length; ) {
    if (body[i] !== '\\') {
      const codePoint = body.codePointAt(i) as number;
      yield { codePoint };
      i += codePoint > 0xffff ? 2 : 1;
      continue;
    }
    const letter = body[i + 1] ?? '';
    const simple = simpleEscapes[letter];
    if (simple !== undefined) {
      yield { raw: simple };
      i += 2;
      continue;
    }
    const numeric = numericEscape(body.slice(i + 1, i + 24));
    yield numeric?.unit ?? { codePoint: letter.codePointAt(0) ?? 92 };
    i += numeric ? 1 + numeric.length : 2;
  }
}

/** `\123`, `\x41`, `\u00e9`: its value, and how many characters follow the backslash. */
function numericEscape(rest: string): { readonly unit: Unit; readonly length: number } | undefined {
  const match = /^(?:([0-7]{1,3})|x([0-9a-fA-F]+)|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
  if (!match) return undefined;
  const [whole, octal, hex, short, long] = match;
  const { length } = whole;
  if (octal) return { unit: { raw: Number.parseInt(octal, 8) }, length };
  if (hex) return { unit: { raw: Number.parseInt(hex.slice(-8), 16) }, length };
  return { unit: { codePoint: Math.min(Number.parseInt(short ?? long ?? '0', 16), 0x10ffff) }, length };
}

function splitPrefix(text: string): { readonly prefix: string; readonly body: string } {
  const quote = text.indexOf(text.at(-1) as string);
  return { prefix: text.slice(0, quote), body: text.slice(quote + 1, -1) };
}

/** Size in bytes of a character with that prefix. */
export function characterUnit(text: string): 1 | 2 | 4 {
  if (text.startsWith('u8')) return 1;
  if (text.startsWith('u')) return 2;
  return text.startsWith('L') || text.startsWith('U') ? 4 : 1;
}

/** Is it a literal of `wchar_t`, which is signed? */
export function isWideLiteral(text: string): boolean {
  return text.startsWith('L');
}

/** Value of a character constant; several characters make a number as gcc and clang do. Undefined: empty. */
export function parseCharacter(text: string): number | undefined {
  const { prefix, body } = splitPrefix(text);
  const bytes: number[] = [];
  for (const unit of units(body)) {
    if ('raw' in unit) bytes.push(unit.raw);
    else if (prefix !== '') bytes.push(unit.codePoint);
    else bytes.push(...encodeUtf8(String.fromCodePoint(unit.codePoint)));
  }
  if (bytes.length === 0) return undefined;
  if (prefix !== '') return (bytes[bytes.length - 1] as number) | 0;
  if (bytes.length === 1) return ((bytes[0] as number) << 24) >> 24;
  return bytes.reduce((value, byte) => (value << 8) | (byte & 0xff), 0);
}

/** Bytes (little-endian units) of one string literal, without terminating NUL. `unit` of the whole concatenation. */
export function parseString(text: string, unit: 1 | 2 | 4): Uint8Array {
  const { body } = splitPrefix(text);
  // Most are just what they say.
  if (unit === 1 && !body.includes('\\')) return encodeUtf8(body);
  const out: number[] = [];
  const put = (value: number): void => {
    for (let i = 0; i < unit; i++) out.push((value >>> (8 * i)) & 0xff);
  };
  for (const part of units(body)) {
    if ('raw' in part) put(part.raw);
    else if (unit === 1) out.push(...encodeUtf8(String.fromCodePoint(part.codePoint)));
    else if (unit === 2 && part.codePoint > 0xffff) {
      put(0xd800 + ((part.codePoint - 0x10000) >> 10));
      put(0xdc00 + ((part.codePoint - 0x10000) & 0x3ff));
    } else put(part.codePoint);
  }
  return Uint8Array.from(out);
}
