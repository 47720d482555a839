// The lazy reader of BTF: one pass for the offsets, everything else when asked for. The running kernel's 5.5 MB open in
// a few milliseconds.

import { ByteReader, type Endian, encodeUtf8, FormatError, UsageError } from '../base/index.ts';
import { btfHeaderSize, btfMagic, kindNumbers, kindTable } from './constants.ts';
import { decodeType, type TypeSource } from './decode-type.ts';
import { transparentKinds } from './layout.ts';
import { NamedTypes, type TypeTable } from './named-types.ts';
import { positionsOf, StringSearch } from './string-search.ts';
import { stringAt, stringsStartingWith } from './strings.ts';
import type { Btf, BtfKind, BtfType, TypeId } from './types.ts';

/** How to read BTF. */
export interface ParseBtfOptions {
  /** The kernel's types, which those of a module continue. Must come from {@link parseBtf}. */
  readonly base?: Btf | undefined;
  /** For messages; default `BTF`. */
  readonly name?: string;
}

/** BTF that came from bytes: has its strings, too. */
export interface ParsedBtf extends Btf {
  /** Byte order of the bytes. */
  readonly endian: Endian;
  /** The string at an offset of the string section (the base's first). @throws FormatError when it lies outside. */
  string(offset: number): string;
  /** Names that begin so; see {@link Btf}. */
  namesStartingWith(start: string): readonly string[];
  /** Bytes of strings, the base's included. */
  readonly stringsSize: number;
  /** Offset of a string, wherever in the string section it stands; undefined when it is not there. */
  stringOffset(text: string): number | undefined;
}

/**
 * Reads BTF (`.BTF` of an object, or /sys/kernel/btf/vmlinux), of either byte order. Keeps the bytes and decodes types
 * when they are asked for; do not change the bytes afterwards.
 * @throws FormatError when header or type section are malformed.
 */
export function parseBtf(bytes: Uint8Array, options: ParseBtfOptions = {}): ParsedBtf {
  const { base, name = 'BTF' } = options;
  if (base && !(base instanceof LazyBtf)) throw new UsageError('the base of split BTF must come from parseBtf');
  // Not a Buffer, whose slices are views where others' are copies.
  return new LazyBtf(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, base);
}

/** The byte order that the magic number tells. @throws FormatError when it is none. */
export function btfEndian(bytes: Uint8Array, what: string): Endian {
  if (bytes[0] === (btfMagic & 0xff) && bytes[1] === btfMagic >> 8) return 'little';
  if (bytes[0] === btfMagic >> 8 && bytes[1] === (btfMagic & 0xff)) return 'big';
  throw new FormatError(what, 'no BTF magic number', { offset: 0 });
}

const functionKinds: readonly BtfKind[] = ['func', 'var', 'datasec', 'declTag', 'typeTag'];
const isFunctionKind = Uint8Array.from(kindTable, ({ kind }) => (functionKinds.includes(kind) ? 1 : 0));
const isTypeKind = isFunctionKind.map((is) => 1 - is);
const intKind = kindNumbers.int;
const isTransparent = kindTable.map(({ kind }) => transparentKinds.has(kind));

class LazyBtf implements ParsedBtf, TypeSource, TypeTable {
  readonly what: string;
  readonly endian: Endian;
  readonly words: Uint32Array;
  readonly base: LazyBtf | undefined;
  readonly firstId: TypeId;
  readonly length: number;
  readonly starts: Uint32Array;
  /** Positions of the types with names, functions left out. */
  readonly #named: Uint32Array;
  readonly strings: Uint8Array;
  readonly stringsStart: number;
  readonly #decoded = new Map<TypeId, BtfType>();
  // Most lookups are of types; the functions, three of four names in a kernel, are indexed only when one is looked up.
  #types: NamedTypes | undefined;
  #functions: NamedTypes | undefined;
  #enumerators: NamedTypes | undefined;
  #stringOffsets: Map<string, number> | undefined;
  // The first few look-ups in a big table search it instead: tools ask for a type or two, and start sooner.
  #search: StringSearch | undefined;
  #searchesLeft = 0;

  constructor(bytes: Uint8Array, what: string, base: LazyBtf | undefined) {
    this.what = what;
    this.base = base;
    this.endian = btfEndian(bytes, what);
    const reader = new ByteReader(bytes, what, this.endian);
    if (reader.u8(2) !== 1) throw new FormatError(what, `unknown version ${reader.u8(2)}`, { offset: 2 });
    const headerSize = reader.u32(4);
    if (headerSize < btfHeaderSize) throw new FormatError(what, `header of ${headerSize} bytes`, { offset: 4 });
    const typeSize = reader.u32(12);
    if (typeSize % 4 !== 0) throw new FormatError(what, `type section of ${typeSize} bytes`, { offset: 12 });
    this.words = nativeWords(reader.slice(headerSize + reader.u32(8), typeSize), this.endian);
    this.strings = reader.slice(headerSize + reader.u32(16), reader.u32(20));
    if (this.strings.length > 0 && this.strings[this.strings.length - 1] !== 0)
      throw new FormatError(what, 'string section without terminating NUL');
    this.stringsStart = base ? base.stringsStart + base.strings.length : 0;
    const { starts, named } = scanTypes(this.words, what);
    this.starts = starts;
    this.#named = named;
    this.firstId = base?.length ?? 1;
    this.length = this.firstId + this.starts.length;
    if (!base && this.starts.length >= typesWorthSearching) this.#searchesLeft = maxSearches;
  }

  type(id: TypeId): BtfType {
    if (id === 0) return voidType;
    if (this.base && id < this.firstId) return this.base.type(id);
    const known = this.#decoded.get(id);
    if (known) return known;
    const start = this.starts[id - this.firstId];
    if (start === undefined) throw new FormatError(this.what, `no type ${id}: there are ${this.length}`);
    const type = decodeType(this, start);
    this.#decoded.set(id, type);
    return type;
  }

  find(name: string, kind?: BtfKind): TypeId | undefined {
    const searched = this.#searched(name, kind);
    const own = searched ? first(searched, this.firstId) : this.#findOwn(encodeUtf8(name), kind);
    return own ?? this.base?.find(name, kind);
  }

  findAll(name: string, kind?: BtfKind): readonly TypeId[] {
    const own = this.#searched(name, kind) ?? this.#indexed(name, kind);
    return [
      ...(this.base?.findAll(name, kind) ?? []),
      ...own.sort((a, b) => a - b).map((position) => position + this.firstId),
    ];
  }

  findEnumerator(name: string): TypeId | undefined {
    this.#enumerators ??= NamedTypes.ofEnumerators(this);
    for (const position of this.#enumerators.find(encodeUtf8(name))) return position + this.firstId;
    return this.base?.findEnumerator(name);
  }

  expectManyLookups(): void {
    this.#searchesLeft = 0;
  }

  namesStartingWith(start: string): readonly string[] {
    this.#search ??= StringSearch.of(this.strings);
    const own = this.#search?.startingWith(start) ?? stringsStartingWith(this.strings, start);
    return [...(this.base?.namesStartingWith(start) ?? []), ...own];
  }

  string(offset: number): string {
    if (offset < this.stringsStart) return this.base?.string(offset) ?? '';
    if (offset === 0) return '';
    return stringAt(this.strings, offset - this.stringsStart, this.what);
  }

  name(offset: number): string {
    if (offset < this.stringsStart) return this.base?.name(offset) ?? '';
    if (offset === 0) return '';
    return stringAt(this.strings, offset - this.stringsStart, this.what, longestName);
  }

  get stringsSize(): number {
    return this.stringsStart + this.strings.length;
  }

  stringOffset(text: string): number | undefined {
    if (text === '') return 0;
    const inBase = this.base?.stringOffset(text);
    if (inBase !== undefined) return inBase;
    this.#stringOffsets ??= this.#indexStrings();
    return this.#stringOffsets.get(text);
  }

  narrowInt(id: TypeId): { readonly bits: number; readonly bitOffset: number } | undefined {
    let at = id;
    for (let steps = 0; steps < 32 && at !== 0; steps++) {
      if (this.base && at < this.firstId) return this.base.narrowInt(at);
      const start = this.starts[at - this.firstId];
      if (start === undefined) return undefined;
      const kind = ((this.words[start + 1] ?? 0) >>> 24) & 0x1f;
      if (kind === intKind) return narrowBits(this.words[start + 2] ?? 0, this.words[start + 3] ?? 0);
      if (!isTransparent[kind]) return undefined;
      at = this.words[start + 2] ?? 0;
    }
    return undefined;
  }

  locate(nameOffset: number): { readonly bytes: Uint8Array; readonly offset: number } | undefined {
    if (nameOffset < this.stringsStart) return this.base?.locate(nameOffset);
    const offset = nameOffset - this.stringsStart;
    return offset < this.strings.length ? { bytes: this.strings, offset } : undefined;
  }

  #indexStrings(): Map<string, number> {
    const offsets = new Map<string, number>();
    for (let at = 0; at < this.strings.length; ) {
      const text = stringAt(this.strings, at, this.what);
      if (!offsets.has(text)) offsets.set(text, this.stringsStart + at);
      at = this.strings.indexOf(0, at) + 1;
    }
    return offsets;
  }

  /** Positions by searching; undefined where that is not the way (any more). Type names only: functions are many and alike. */
  #searched(name: string, kind: BtfKind | undefined): number[] | undefined {
    if (this.#searchesLeft === 0 || this.#types || kind === undefined || name === '' || name.includes('\0'))
      return undefined;
    this.#searchesLeft--;
    this.#search ??= StringSearch.of(this.strings);
    const positions: number[] = [];
    for (const offset of this.#search?.offsetsOf(name) ?? [-1]) {
      const some = offset < 0 ? undefined : positionsOf(this.words, this.starts, offset);
      if (!some) return undefined;
      positions.push(...some);
    }
    return positions.filter((position) => this.#kindAt(position) === kindNumbers[kind]);
  }

  #indexed(name: string, kind: BtfKind | undefined): number[] {
    const wanted = encodeUtf8(name);
    return this.#indexes(kind)
      .flatMap((types) => [...types.find(wanted)])
      .filter((position) => kind === undefined || this.#kindAt(position) === kindNumbers[kind]);
  }

  #findOwn(wanted: Uint8Array, kind: BtfKind | undefined): TypeId | undefined {
    let best: number | undefined;
    for (const types of this.#indexes(kind))
      for (const position of types.find(wanted)) {
        if (kind !== undefined && this.#kindAt(position) !== kindNumbers[kind]) continue;
        if (best === undefined || position < best) best = position;
        break;
      }
    return best === undefined ? undefined : best + this.firstId;
  }

  #kindAt(position: number): number {
    return ((this.words[(this.starts[position] as number) + 1] as number) >>> 24) & 0x1f;
  }

  #indexes(kind: BtfKind | undefined): NamedTypes[] {
    const result: NamedTypes[] = [];
    if (kind === undefined || isTypeKind[kindNumbers[kind]]) {
      this.#types ??= NamedTypes.at(this, this.#named);
      result.push(this.#types);
    }
    if (kind === undefined || isFunctionKind[kindNumbers[kind]]) {
      this.#functions ??= NamedTypes.ofKinds(this, isFunctionKind);
      result.push(this.#functions);
    }
    return result;
  }
}

/** Look-ups that cost about as much as the index. */
const maxSearches = 6;
/** Types of a table whose index takes noticeable time. */
const typesWorthSearching = 20_000;

function first(positions: readonly number[], firstId: TypeId): TypeId | undefined {
  return positions.length === 0 ? undefined : Math.min(...positions) + firstId;
}

// The kernel takes 511 bytes. Many types that share one endless name would take forever.
const longestName = 4096;

const voidType: BtfType = { kind: 'void' };

/** What is not the whole of an integer's bytes; undefined for ordinary ones. */
function narrowBits(size: number, data: number): { bits: number; bitOffset: number } | undefined {
  const bits = data & 0xff;
  const bitOffset = (data >>> 16) & 0xff;
  // 255 bits at most fit the field, and 128-bit integers say 128.
  return bits === size * 8 ? undefined : { bits, bitOffset };
}

const nativeIsLittle = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The bytes as 32-bit words; a view where alignment and byte order allow, else a copy. */
function nativeWords(bytes: Uint8Array, endian: Endian): Uint32Array {
  const isNative = (endian === 'little') === nativeIsLittle;
  if (isNative && bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const copy = new Uint32Array(bytes.slice().buffer);
  if (!isNative) {
    const view = new DataView(copy.buffer);
    for (let i = 0; i < copy.length; i++) copy[i] = view.getUint32(i * 4, endian === 'little');
  }
  return copy;
}

const fixedWords = Int32Array.from(kindTable, ({ fixed }) => fixed);
const wordsPerEntry = Int32Array.from(kindTable, ({ perEntry }) => perEntry);

/** Word offset of every type, and which have names. @throws FormatError when a kind is unknown or the last type is cut off. */
function scanTypes(words: Uint32Array, what: string): { readonly starts: Uint32Array; readonly named: Uint32Array } {
  const starts = new Uint32Array(Math.floor(words.length / 3));
  const named = new Uint32Array(starts.length);
  const end = words.length;
  const kinds = fixedWords.length;
  let count = 0;
  let namedCount = 0;
  let at = 0;
  while (at < end) {
    const info = words[at + 1] as number;
    const kind = (info >>> 24) & 0x1f;
    if (at + 3 > end) throw new FormatError(what, `truncated: type ${count + 1} is cut off`);
    if (kind === 0 || kind >= kinds) throw new FormatError(what, `type ${count + 1} has the unknown kind ${kind}`);
    if (isTypeKind[kind] === 1 && words[at] !== 0) named[namedCount++] = count;
    starts[count++] = at;
    at += 3 + (fixedWords[kind] as number) + (wordsPerEntry[kind] as number) * (info & 0xffff);
  }
  if (at > end) throw new FormatError(what, `truncated: type ${count} is cut off`);
  return { starts: starts.subarray(0, count), named: named.slice(0, namedCount) };
}
