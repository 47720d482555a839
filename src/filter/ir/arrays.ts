// Arrays that passes keep notes in.

/** An array with the same small integer at each place; `Array.prototype.fill` would leave compiled code. */
export function numbersOf(length: number, value: number): number[] {
  const result = new Array<number>(length);
  for (let i = 0; i < length; i++) result[i] = value;
  return result;
}
