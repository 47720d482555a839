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
  /** By start, those of equal start in the order of the file. */
  readonly #symbols: readonly RankedSymbol[];
  /** Per symbol, the highest end of it and all before it: where a search backwards may stop. */
  readonly #ends: readonly bigint[];

  constructor(text: string) {
    const found: RankedSymbol[] = [];
    for (const row of text.split('\n')) {
      const [, start, size, name] = /^(?:0x)?([0-9a-f]{1,16}) (?:0x)?([0-9a-f]{1,12}) (.+)$/i.exec(row) ?? [];
      if (start === undefined || name === undefined) continue;
      found.push({ start: BigInt(`0x${start}`), size: Number.parseInt(size ?? '0', 16), name, rank: found.length });
    }
    this.#symbols = found.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.rank - b.rank));
    let end = 0n;
    this.#ends = this.#symbols.map((symbol) => {
      if (endOf(symbol) > end) end = endOf(symbol);
      return end;
    });
  }

  get length(): number {
    return this.#symbols.length;
  }

  /** The code that covers the address. */
  resolve(address: bigint): JitSymbol | undefined {
    let best: RankedSymbol | undefined;
    for (let index = this.#lastNotAbove(address); index >= 0 && (this.#ends[index] ?? 0n) > address; index--) {
      const symbol = this.#symbols[index];
      if (symbol && endOf(symbol) > address && symbol.rank > (best?.rank ?? -1)) best = symbol;
    }
    return best && { start: best.start, size: best.size, name: best.name };
  }

  #lastNotAbove(address: bigint): number {
    let from = 0;
    let to = this.#symbols.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#symbols[middle]?.start ?? 0n) > address) to = middle;
      else from = middle + 1;
    }
    return from - 1;
  }
}

interface RankedSymbol extends JitSymbol {
  /** Line of the file. */
  readonly rank: number;
}

const endOf = ({ start, size }: JitSymbol): bigint => start + BigInt(size);
