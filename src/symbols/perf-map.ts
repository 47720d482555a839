// Symbols of code made at run time, as just-in-time compilers write them to /tmp/perf-PID.map.
// Source: Linux tools/perf/Documentation/jit-interface.txt: `START SIZE NAME` per line, numbers in hex.

/** One piece of generated code. */
export interface JitSymbol {
  readonly start: bigint;
  readonly size: number;
  readonly name: string;
}

/** Symbols by address. Code is thrown away and its memory used again: of overlapping entries the later one counts. */
export class PerfMap {
  readonly #symbols: readonly JitSymbol[];

  constructor(text: string) {
    const found: JitSymbol[] = [];
    for (const row of text.split('\n')) {
      const [, start, size, name] = /^(?:0x)?([0-9a-f]{1,16}) (?:0x)?([0-9a-f]{1,12}) (.+)$/i.exec(row) ?? [];
      if (start === undefined || name === undefined) continue;
      found.push({ start: BigInt(`0x${start}`), size: Number.parseInt(size ?? '0', 16), name });
    }
    this.#symbols = withoutOverlaps(found);
  }

  get length(): number {
    return this.#symbols.length;
  }

  /** The code that covers the address. */
  resolve(address: bigint): JitSymbol | undefined {
    let from = 0;
    let to = this.#symbols.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#symbols[middle]?.start ?? 0n) > address) to = middle;
      else from = middle + 1;
    }
    const symbol = this.#symbols[from - 1];
    return symbol && address < symbol.start + BigInt(symbol.size) ? symbol : undefined;
  }
}

const byStart = (a: JitSymbol, b: JitSymbol): number => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0);

/** Sorted by start; what a later line covers is taken out of earlier ones. */
function withoutOverlaps(inOrder: readonly JitSymbol[]): JitSymbol[] {
  const ranked = inOrder
    .map((symbol, rank) => ({ symbol, rank }))
    .sort((a, b) => byStart(a.symbol, b.symbol) || a.rank - b.rank);
  const kept: { symbol: JitSymbol; rank: number }[] = [];
  for (const one of ranked) {
    let hidden = false;
    for (let last = kept.at(-1); last && endOf(last.symbol) > one.symbol.start; last = kept.at(-1)) {
      hidden = last.rank > one.rank;
      if (hidden) break;
      kept.pop();
      if (last.symbol.start < one.symbol.start) {
        const size = Number(one.symbol.start - last.symbol.start);
        kept.push({ symbol: { ...last.symbol, size }, rank: last.rank });
        break;
      }
    }
    if (!hidden) kept.push(one);
  }
  return kept.map(({ symbol }) => symbol);
}

const endOf = ({ start, size }: JitSymbol): bigint => start + BigInt(size);
