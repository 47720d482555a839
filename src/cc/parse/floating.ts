// Floating-point literals.

/** Value of a literal, and whether its type is `float`. */
export function parseFloating(text: string): { readonly value: number; readonly single: boolean } {
  const isHex = /^0x/i.test(text);
  return { value: numberIn(text), single: isHex ? /p.*f$/i.test(text) : /f$/i.test(text) };
}

/** `1.5e3f`, `0x1.8p3`: without the suffix, and hexadecimal fractions by hand. */
function numberIn(text: string): number {
  const hex = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)/.exec(text);
  if (!hex) return Number(text.replace(/[fFlLdDqQ]+$/, ''));
  const [, whole = '', fraction = '', exponent = '0'] = hex;
  return Number.parseInt(`0${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
}
