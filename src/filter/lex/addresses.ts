// Recognition of link-layer and IPv6 addresses inside expressions, by longest match.

const HEX_TEXT = '[0-9A-Fa-f]';
const BYTE = `${HEX_TEXT}{1,2}`;
const WORD = `${HEX_TEXT}{4}`;
const macForms = [
  new RegExp(`${BYTE}(?::${BYTE}){5}`, 'y'),
  new RegExp(`${BYTE}(?:-${BYTE}){5}`, 'y'),
  new RegExp(`${BYTE}(?:\\.${BYTE}){5}`, 'y'),
  new RegExp(`${WORD}\\.${WORD}\\.${WORD}`, 'y'),
  new RegExp(`${HEX_TEXT}{12}`, 'y'),
];
const tornMac = new RegExp(`${BYTE}:+(?:${BYTE}:+)+`, 'y');
const ipv6Run = /[0-9A-Fa-fxX:.]{2,80}/y;
const group = /^[0-9A-Fa-f]{1,4}$/;
const number = /^(?:[0-9]+|0[xX][0-9A-Fa-f]+)$/;

function matchEnd(form: RegExp, text: string, at: number): number {
  form.lastIndex = at;
  return form.test(text) ? form.lastIndex : at;
}

// A link-layer address is hexadecimal digits in one go, or has a separator within its first five characters.
function maybeMac(text: string, at: number): boolean {
  for (let i = at + 1; i < at + 5; i++) {
    const c = text.charCodeAt(i);
    if (c === 58 || c === 45 || c === 46) return true;
    if (!((c >= 48 && c <= 57) || ((c | 32) >= 97 && (c | 32) <= 102))) return false;
  }
  return true;
}

/** End of the link-layer address at `at`, or `at`. */
export function matchMac(text: string, at: number): number {
  if (!maybeMac(text, at)) return at;
  let end = at;
  for (const form of macForms) end = Math.max(end, matchEnd(form, text, at));
  return end;
}

/** End of something that starts like a link-layer address but is none: `1:2:`; or `at`. */
export function matchTornMac(text: string, at: number): number {
  return matchEnd(tornMac, text, at);
}

/** Groups of one side of `::`; undefined where they are malformed. A dotted quad counts two and must come last. */
function countGroups(side: string, dottedAllowed: boolean): number | undefined {
  if (side === '') return 0;
  const parts = side.split(':');
  const last = parts[parts.length - 1] as string;
  let count = parts.length;
  if (last.includes('.')) {
    const numbers = last.split('.');
    if (!dottedAllowed || numbers.length !== 4 || !numbers.every((part) => number.test(part))) return undefined;
    parts.pop();
    count++;
  }
  return parts.every((part) => group.test(part)) ? count : undefined;
}

/** Whether `text` has the form of an IPv6 address. */
export function isIpv6(text: string): boolean {
  const sides = text.split('::');
  if (sides.length > 2) return false;
  if (sides.length === 1) return text.includes(':') && countGroups(text, true) === 8;
  const left = countGroups(sides[0] as string, false);
  const right = countGroups(sides[1] as string, true);
  return left !== undefined && right !== undefined && left + right <= 7;
}

/** End of the longest IPv6 address at `at`, or `at`. */
export function matchIpv6(text: string, at: number): number {
  ipv6Run.lastIndex = at;
  const run = ipv6Run.exec(text)?.[0] ?? '';
  for (let length = run.length; length >= 2; length--) {
    if (isIpv6(run.slice(0, length))) return at + length;
  }
  return at;
}

/** The eight 16-bit groups of an IPv6 address already recognised, as four 32-bit words. */
export function parseIpv6(text: string): readonly [number, number, number, number] {
  let source = text;
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(source);
  if (dotted) {
    const bytes = dotted.slice(1).map(Number) as [number, number, number, number];
    const high = ((bytes[0] << 8) | bytes[1]).toString(16);
    source = `${source.slice(0, dotted.index)}${high}:${((bytes[2] << 8) | bytes[3]).toString(16)}`;
  }
  const [left = '', right] = source.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const gap = right === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...new Array<string>(gap).fill('0'), ...tail].map((part) => Number.parseInt(part, 16));
  const word = (index: number): number => (((groups[index] as number) << 16) | (groups[index + 1] as number)) >>> 0;
  return [word(0), word(2), word(4), word(6)];
}

/** The six bytes of a link-layer address already recognised. */
export function parseMac(text: string): readonly number[] {
  const separated = text.split(/[:.-]/);
  const digits = separated.length === 6 ? separated.map((part) => part.padStart(2, '0')).join('') : separated.join('');
  return [0, 2, 4, 6, 8, 10].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}
