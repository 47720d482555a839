// Versions of the extended instruction set, as clang's `-mcpu=vN` counts them, and what the kernel must be to take them.

/** One row. `since` is the first kernel release that takes programs using all of it. */
export interface IsaVersionRow {
  readonly version: 1 | 2 | 3 | 4;
  readonly since: string;
  /** What it adds to the version before. */
  readonly adds: string;
}

export const isaVersions = [
  { version: 1, since: '3.18', adds: 'the base instructions' },
  { version: 2, since: '4.14', adds: 'jumps on less than and less or equal (jlt, jle, jslt, jsle)' },
  { version: 3, since: '5.12', adds: '32-bit jumps and arithmetic, atomics that fetch' },
  { version: 4, since: '6.6', adds: 'sign-extending loads and moves, unconditional byte swap, signed division and modulo, long jumps' },
] as const satisfies readonly IsaVersionRow[];
