// Groups of operations that several passes ask for.

const binary = [
  'add',
  'sub',
  'mul',
  'udiv',
  'sdiv',
  'urem',
  'srem',
  'and',
  'or',
  'xor',
  'shl',
  'lshr',
  'ashr',
] as const;

/** Both operands and the result have the instruction's type, `i32` or `i64`. Shift counts are modulo the width. */
export type BinaryOp = (typeof binary)[number];

export const binaryOps: ReadonlySet<string> = new Set(binary);

/** Operations that depend on nothing but their operands. Not `alloca`, whose result is a new thing every time. */
export const pureOps: ReadonlySet<string> = new Set([
  ...binary,
  ...['compare', 'zext', 'sext', 'trunc', 'to-ptr', 'to-int', 'sign-extend', 'bswap', 'ptradd'],
]);
