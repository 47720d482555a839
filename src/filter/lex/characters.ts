// Characters of an expression and what they may be part of.

// Classes, one bit each: letters and digits; what names may hold inside; hexadecimal digits; digits.
export const ALNUM = 1;
export const NAME_INSIDE = 2;
export const HEX = 4;
export const DIGIT = 8;

const classes = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const ch = String.fromCharCode(c);
  if (/[A-Za-z0-9]/.test(ch)) classes[c] = ALNUM | NAME_INSIDE;
  if ('-_.'.includes(ch)) classes[c] = NAME_INSIDE;
  if (/[0-9A-Fa-f]/.test(ch)) classes[c] = (classes[c] as number) | HEX;
  if (/[0-9]/.test(ch)) classes[c] = (classes[c] as number) | DIGIT;
}

/** The character at a place, 0 behind the end: to ask for what is not there is much slower. */
export function codeAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : 0;
}

/** The classes of the character at a place. */
export function classAt(text: string, at: number): number {
  const c = codeAt(text, at);
  return c < 128 ? (classes[c] as number) : 0;
}
