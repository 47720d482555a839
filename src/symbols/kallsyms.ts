// The kernel's own symbols, as /proc/kallsyms lists them: names by address and addresses by name.

import { readFileSync } from 'node:fs';
import { decodeUtf8, encodeUtf8, SyscallError, UnsupportedError } from '../base/index.ts';

/** A symbol of the kernel or of one of its modules. */
export interface KernelSymbol {
  readonly name: string;
  readonly address: bigint;
  /** Upper case: global; `t` and `T` are code, as in nm(1). */
  readonly type: string;
  /** Module that it belongs to; undefined for the kernel proper. */
  readonly module: string | undefined;
}

/** A symbol with how far behind its start an address lies. */
export interface KernelPlace extends KernelSymbol {
  readonly offset: number;
}

const newline = 10;
const space = 32;
const tab = 9;

/**
 * Every symbol, sorted by address. The text is kept as it is, and a name is decoded only when asked for: a kernel has
 * some 200,000 symbols. Addresses are held in two halves since numbers are exact up to 2^53 only.
 */
export class KernelSymbols {
  readonly #text: Uint8Array;
  /** Per symbol, in the order of addresses: halves of the address, and where the name stands in the text. */
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #names: Uint32Array;

  /** Reads the text of /proc/kallsyms; lines that do not look like a symbol are left out. */
  constructor(text: Uint8Array) {
    this.#text = text;
    const { high, low, names, count } = scan(text);
    const order = sortedOrder(high, low, count);
    this.#high = order.map((index) => high[index] ?? 0);
    this.#low = order.map((index) => low[index] ?? 0);
    this.#names = order.map((index) => names[index] ?? 0);
  }

  /** Number of symbols. */
  get length(): number {
    return this.#names.length;
  }

  /** Whether the kernel shows addresses to this process (kernel.kptr_restrict, CAP_SYSLOG). */
  get hasAddresses(): boolean {
    const last = this.length - 1;
    return last >= 0 && ((this.#high[last] ?? 0) | (this.#low[last] ?? 0)) !== 0;
  }

  /** The symbol whose start is nearest below the address; undefined below the first. */
  resolve(address: bigint): KernelPlace | undefined {
    const high = Number(address >> 32n);
    const low = Number(address & 0xffffffffn);
    const index = this.#lastNotAbove(high, low);
    if (index < 0) return undefined;
    const symbol = this.at(this.#bestAt(index));
    return { ...symbol, offset: Number(address - symbol.address) };
  }

  /** A symbol of that name; with several of it, the first by address. */
  find(name: string): KernelSymbol | undefined {
    // Looking through the bytes takes a millisecond or two, decoding all names a hundred.
    const wanted = encodeUtf8(` ${name}`);
    let found: KernelSymbol | undefined;
    for (let at = indexOf(this.#text, wanted, 0); at >= 0; at = indexOf(this.#text, wanted, at + 1)) {
      const start = at + 1;
      if (!isNameStart(this.#text, start) || wordEnd(this.#text, start) !== start + wanted.length - 1) continue;
      const symbol = this.#parse(start, BigInt(`0x${decodeUtf8(this.#text.subarray(start - 19, start - 3))}`));
      if (!found || symbol.address < found.address) found = symbol;
    }
    return found;
  }

  /** Names of all symbols of code (`t`, `T`, `w`, `W`), each once. */
  functionNames(): string[] {
    const names = new Set<string>();
    for (let index = 0; index < this.length; index++) {
      const at = this.#names[index] ?? 0;
      const type = (this.#text[at - 2] ?? 0) | 0x20;
      if (type === 0x74 || type === 0x77) names.add(this.#nameAt(at));
    }
    return [...names];
  }

  /** Symbol number `index` in the order of addresses. */
  at(index: number): KernelSymbol {
    const address = (BigInt(this.#high[index] ?? 0) << 32n) | BigInt(this.#low[index] ?? 0);
    return this.#parse(this.#names[index] ?? 0, address);
  }

  /** The symbol whose name starts at `start` of the text. */
  #parse(start: number, address: bigint): KernelSymbol {
    const nameEnd = wordEnd(this.#text, start);
    const module = decodeUtf8(this.#text.subarray(nameEnd, lineEnd(this.#text, start))).trim();
    return {
      name: this.#nameAt(start),
      address,
      type: String.fromCharCode(this.#text[start - 2] ?? 0),
      module: module === '' ? undefined : module.replace(/^\[(.*)\]$/, '$1'),
    };
  }

  #lastNotAbove(high: number, low: number): number {
    let from = 0;
    let to = this.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const middleHigh = this.#high[middle] ?? 0;
      const isAbove = middleHigh > high || (middleHigh === high && (this.#low[middle] ?? 0) > low);
      if (isAbove) to = middle;
      else from = middle + 1;
    }
    return from - 1;
  }

  // Several symbols may share an address: the first in the file is the one that the kernel itself prints.
  #bestAt(index: number): number {
    let best = index;
    while (best > 0 && this.#low[best - 1] === this.#low[index] && this.#high[best - 1] === this.#high[index]) best--;
    return best;
  }

  #nameAt(at: number): string {
    return decodeUtf8(this.#text.subarray(at, wordEnd(this.#text, at)));
  }
}

function indexOf(text: Uint8Array, wanted: Uint8Array, from: number): number {
  return Buffer.from(text.buffer, text.byteOffset, text.byteLength).indexOf(wanted, from);
}

/** Whether a line's address and type stand before: 16 digits, a space, a letter, a space. */
function isNameStart(text: Uint8Array, start: number): boolean {
  const isLine = start >= 19 && (start === 19 || text[start - 20] === newline);
  return isLine && text[start - 3] === space && hexWord(text, start - 19) >= 0 && hexWord(text, start - 11) >= 0;
}

function lineEnd(text: Uint8Array, at: number): number {
  const end = text.indexOf(newline, at);
  return end < 0 ? text.length : end;
}

function wordEnd(text: Uint8Array, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== newline && text[end] !== tab && text[end] !== space) end++;
  return end;
}

interface Scan {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly names: Uint32Array;
  readonly count: number;
}

// ffffffff81000000 T _stext
// ffffffffc0201000 t init_once	[ext4]
function scan(text: Uint8Array): Scan {
  const capacity = Math.ceil(text.length / 20) + 1; // 16 digits, type, at least one letter, two spaces, newline: 21
  const high = new Uint32Array(capacity);
  const low = new Uint32Array(capacity);
  const names = new Uint32Array(capacity);
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    if (end - at > 19 && text[at + 16] === space && text[at + 18] === space) {
      const upper = hexWord(text, at);
      const lower = hexWord(text, at + 8);
      if (upper >= 0 && lower >= 0) {
        high[count] = upper;
        low[count] = lower;
        names[count] = at + 19;
        count++;
      }
    }
    at = end + 1;
  }
  return { high, low, names, count };
}

/** Eight hexadecimal digits; -1 where one is none. */
function hexWord(text: Uint8Array, at: number): number {
  let value = 0;
  for (let index = at; index < at + 8; index++) {
    const code = (text[index] ?? 0) | 0x20;
    const digit = code <= 0x39 ? code - 0x30 : code - 0x61 + 10;
    if (digit < 0 || digit > 15 || (code > 0x39 && code < 0x61)) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** Numbers of the symbols by ascending address; those of equal address stay in the order of the file. */
function sortedOrder(high: Uint32Array, low: Uint32Array, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  const byAddress = (a: number, b: number): number =>
    (high[a] ?? 0) - (high[b] ?? 0) || (low[a] ?? 0) - (low[b] ?? 0) || a - b;
  return order.sort(byAddress);
}

const path = '/proc/kallsyms';
let loaded: KernelSymbols | undefined;

/**
 * The running kernel's symbols, read once; `refresh` reads them again, as after loading a module or BPF program.
 * @throws SyscallError, UnsupportedError
 */
export function kernelSymbols(refresh = false): KernelSymbols {
  if (loaded && !refresh) return loaded;
  loaded = new KernelSymbols(readKallsyms());
  return loaded;
}

function readKallsyms(): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'EIO';
    if (code === 'ENOENT') {
      throw new UnsupportedError(path, { cause, hint: 'the kernel needs CONFIG_KALLSYMS, and /proc must be mounted' });
    }
    throw new SyscallError(`open ${path}`, code, { cause, hint: 'run with sudo' });
  }
}

/** What hides addresses from this process, as a hint. */
export function addressHint(): string {
  const restricted = readNumber('/proc/sys/kernel/kptr_restrict');
  if (restricted === '2') return 'kernel.kptr_restrict is 2: set it to 1 or 0 (sysctl kernel.kptr_restrict=1)';
  return `kernel.kptr_restrict is ${restricted} and this process lacks CAP_SYSLOG: run with sudo`;
}

function readNumber(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
