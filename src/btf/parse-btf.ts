// The lazy reader of BTF: one pass for the offsets, everything else when asked for. Of the running kernel's 5.5 MB not even that
// pass goes further than it must.

import { type Endian, encodeUtf8, FormatError, UsageError } from '../base/index.ts';
import { btfHeaderSize, kindNumbers, kindTable } from './constants.ts';
import { decodeType, type TypeSource } from './decode-type.ts';
import { transparentKinds } from './layout.ts';
import { NamedTypes, type TypeTable } from './named-types.ts';
import { areNative, btfSections, nativeWords } from './sections.ts';
import { StringSearch } from './string-search.ts';
import { stringAt, stringsStartingWith } from './strings.ts';
import { TypePositions } from './type-positions.ts';
import { TypeSearch } from './type-search.ts';
import type { Btf, BtfKind, BtfType, TypeId } from './types.ts';

/** How to read BTF. */
export interface ParseBtfOptions {
  /** The kernel's types, which those of a module continue. Must come from {@link parseBtf}. */
  readonly base?: Btf | undefined;
  /** For messages; default `BTF`. */
  readonly name?: string;
  /**
   * For the kernel's own BTF, which is large, well-formed and holds every string once: makes bytes readable, before they are looked
   * at. Types are then gone through only as far as they are needed, and a few names searched for rather than all indexed.
   */
  readonly fetch?: FetchBytes | undefined;
}

/** Makes the bytes from `start` to `end` readable. */
export type FetchBytes = (start: number, end: number) => void;

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
  const { base } = options;
  if (base && !(base instanceof LazyBtf)) throw new UsageError('the base of split BTF must come from parseBtf');
  // Not a Buffer, whose slices are views where others' are copies.
  return new LazyBtf(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), options, base);
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
  readonly stringsStart: number;
  readonly #positions: TypePositions;
  readonly #strings: Uint8Array;
  readonly #stringSearch: StringSearch;
  readonly #fetchStrings: (end: number) => void;
  readonly #decoded = new Map<TypeId, BtfType>();
  /** The first few look-ups in the kernel's types: tools ask for some, and start sooner. */
  #search: TypeSearch | undefined;
  // Most lookups are of types; the functions, three of four names in a kernel, are indexed only when one is looked up.
  #types: NamedTypes | undefined;
  #functions: NamedTypes | undefined;
  #enumerators: NamedTypes | undefined;
  #stringOffsets: Map<string, number> | undefined;

  constructor(bytes: Uint8Array, { name = 'BTF', fetch }: ParseBtfOptions, base: LazyBtf | undefined) {
    fetch?.(0, btfHeaderSize);
    const sections = btfSections(bytes, name);
    if (!areNative(sections)) fetch?.(0, bytes.length);
    const { endian, typesStart, stringsStart, strings } = sections;
    this.what = name;
    this.base = base;
    this.endian = endian;
    this.words = nativeWords(sections);
    this.firstId = base?.length ?? 1;
    this.stringsStart = base ? base.stringsSize : 0;
    this.#strings = strings;
    this.#fetchStrings = fetchedInOrder(fetch, stringsStart, strings.length);
    this.#stringSearch = new StringSearch(strings, this.#fetchStrings);
    const fetchTypes = fetchedInOrder(fetch, typesStart, sections.types.length);
    const fetchWords = (end: number): void => fetchTypes(end * 4);
    this.#positions = new TypePositions(this.words, name, fetchWords);
    if (fetch) {
      this.#search = new TypeSearch(this.#positions, this.#stringSearch, fetchWords);
    } else {
      if (strings.length > 0 && strings.at(-1) !== 0)
        throw new FormatError(name, 'string section without terminating NUL');
      this.#positions.all();
    }
  }

  /** Word offset of each type. */
  get starts(): Uint32Array {
    return this.#positions.all();
  }

  get length(): number {
    return this.firstId + this.starts.length;
  }

  get strings(): Uint8Array {
    this.#fetchStrings(this.#strings.length);
    return this.#strings;
  }

  has(id: TypeId): boolean {
    // What the kernel refers to is there; looking for it would mean to go through all types.
    return this.#search !== undefined || id < this.length;
  }

  type(id: TypeId): BtfType {
    if (id === 0) return voidType;
    if (this.base && id < this.firstId) return this.base.type(id);
    const known = this.#decoded.get(id);
    if (known) return known;
    const start = this.#positions.startOf(id - this.firstId);
    if (start === undefined) throw new FormatError(this.what, `no type ${id}: there are ${this.length}`);
    const type = decodeType(this, start);
    this.#decoded.set(id, type);
    return type;
  }

  find(name: string, kind?: BtfKind): TypeId | undefined {
    const searched = kind && this.#search?.find(name, kindNumbers[kind], 1);
    const position = searched ? searched[0] : this.#indexedFirst(encodeUtf8(name), kind);
    return position === undefined ? this.base?.find(name, kind) : position + this.firstId;
  }

  findAll(name: string, kind?: BtfKind): readonly TypeId[] {
    const searched = kind && this.#search?.find(name, kindNumbers[kind], Number.POSITIVE_INFINITY);
    const own = searched ?? this.#indexed(name, kind);
    return [
      ...(this.base?.findAll(name, kind) ?? []),
      ...own.sort((a, b) => a - b).map((position) => position + this.firstId),
    ];
  }

  findEnumerator(name: string): TypeId | undefined {
    const [position] = this.#search?.findEnumerator(name) ?? this.#indexedEnumerator(name);
    return position === undefined ? this.base?.findEnumerator(name) : position + this.firstId;
  }

  namesStartingWith(start: string): readonly string[] {
    const own = this.#stringSearch.startingWith(start) ?? stringsStartingWith(this.strings, start);
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
    const own = offset - this.stringsStart;
    this.#fetchStrings(own + longestName);
    return stringAt(this.#strings, own, this.what, longestName);
  }

  get stringsSize(): number {
    return this.stringsStart + this.#strings.length;
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
      // The kernel's own came later than this way to write bit-fields.
      const start = this.#search ? undefined : this.#positions.startOf(at - this.firstId);
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
    return offset < this.#strings.length ? { bytes: this.strings, offset } : undefined;
  }

  #indexStrings(): Map<string, number> {
    const { strings } = this;
    const offsets = new Map<string, number>();
    for (let at = 0; at < strings.length; ) {
      const text = stringAt(strings, at, this.what);
      if (!offsets.has(text)) offsets.set(text, this.stringsStart + at);
      at = strings.indexOf(0, at) + 1;
    }
    return offsets;
  }

  #indexedEnumerator(name: string): Iterable<number> {
    this.#enumerators ??= NamedTypes.ofEnumerators(this);
    return this.#enumerators.find(encodeUtf8(name));
  }

  #indexed(name: string, kind: BtfKind | undefined): number[] {
    const wanted = encodeUtf8(name);
    return this.#indexes(kind)
      .flatMap((types) => [...types.find(wanted)])
      .filter((position) => kind === undefined || this.#kindAt(position) === kindNumbers[kind]);
  }

  #indexedFirst(wanted: Uint8Array, kind: BtfKind | undefined): number | undefined {
    let best: number | undefined;
    for (const types of this.#indexes(kind))
      for (const position of types.find(wanted)) {
        if (kind !== undefined && this.#kindAt(position) !== kindNumbers[kind]) continue;
        if (best === undefined || position < best) best = position;
        break;
      }
    return best;
  }

  #kindAt(position: number): number {
    return ((this.words[(this.#positions.startOf(position) as number) + 1] as number) >>> 24) & 0x1f;
  }

  #indexes(kind: BtfKind | undefined): NamedTypes[] {
    const result: NamedTypes[] = [];
    if (kind === undefined || isTypeKind[kindNumbers[kind]]) {
      this.#types ??= NamedTypes.ofKinds(this, isTypeKind);
      result.push(this.#types);
    }
    if (kind === undefined || isFunctionKind[kindNumbers[kind]]) {
      this.#functions ??= NamedTypes.ofKinds(this, isFunctionKind);
      result.push(this.#functions);
    }
    return result;
  }
}

// The kernel takes 511 bytes. Many types that share one endless name would take forever.
const longestName = 4096;

/** Makes the bytes of a section readable up to an end, each once. */
function fetchedInOrder(fetch: FetchBytes | undefined, start: number, size: number): (end: number) => void {
  let readable = 0;
  return (wanted) => {
    const end = Math.min(size, wanted);
    if (end <= readable) return;
    fetch?.(start + readable, start + end);
    readable = end;
  };
}

const voidType: BtfType = { kind: 'void' };

/** What is not the whole of an integer's bytes; undefined for ordinary ones. */
function narrowBits(size: number, data: number): { bits: number; bitOffset: number } | undefined {
  const bits = data & 0xff;
  const bitOffset = (data >>> 16) & 0xff;
  // 255 bits at most fit the field, and 128-bit integers say 128.
  return bits === size * 8 ? undefined : { bits, bitOffset };
}
