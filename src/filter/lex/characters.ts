// Characters of an expression and what they may be part of.

// Classes, one bit each: letters and digits; what names may hold inside; hexadecimal digits; digits.
export const ALNUM = 1;
export const NAME_INSIDE = 2;
export const HEX = 4;
export const DIGIT = 8;

const classes = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const letter = c | 32;
  if (c >= 48 && c <= 57) classes[c] = ALNUM | NAME_INSIDE | HEX | DIGIT;
  else if (c > 64 && letter >= 97 && letter <= 102) classes[c] = ALNUM | NAME_INSIDE | HEX;
  else if (c > 64 && letter >= 97 && letter <= 122) classes[c] = ALNUM | NAME_INSIDE;
  else if (c === 45 || c === 46 || c === 95) classes[c] = NAME_INSIDE;
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
