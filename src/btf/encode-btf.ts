// Writes BTF and BTF.ext; strings once each, in the order they are met.

import { ByteWriter, type Endian, encodeUtf8, UsageError } from '../base/index.ts';
import type { BtfExt, ExtSection } from './btf-ext.ts';
import { btfHeaderSize, btfMagic, coreKinds } from './constants.ts';
import { encodeType } from './encode-type.ts';
import type { ParsedBtf } from './parse-btf.ts';
import type { Btf, CoreRelocation, FuncInfo, LineInfo } from './types.ts';

/** How to write BTF. */
export interface EncodeBtfOptions {
  /** Default: little. */
  readonly endian?: Endian;
}

/**
 * Encodes the table's own types (not its base's) as `.BTF`.
 * @throws UsageError when a type does not fit the format.
 */
export function encodeBtf(btf: Btf, options: EncodeBtfOptions = {}): Uint8Array<ArrayBuffer> {
  return encodeTable(btf, new StringTable(firstString(btf)), options.endian ?? 'little');
}

/**
 * Encodes types and what refers to them: `.BTF` and the `.BTF.ext` whose strings are in it.
 * @throws UsageError when something does not fit the format.
 */
export function encodeBtfWithExt(
  btf: Btf,
  ext: BtfExt,
  options: EncodeBtfOptions = {},
): { readonly btf: Uint8Array<ArrayBuffer>; readonly ext: Uint8Array<ArrayBuffer> } {
  const endian = options.endian ?? 'little';
  const strings = new StringTable(firstString(btf));
  // Strings of the extension come after those of the types, so that .BTF alone starts with the same bytes.
  const types = encodeTypes(btf, strings, endian);
  const extBytes = encodeExt(ext, strings, endian);
  return { btf: assemble(types, strings, endian), ext: extBytes };
}

/**
 * `struct bpf_func_info` records as `BPF_PROG_LOAD` takes them, 8 bytes each: instructions counted in slots.
 * @param unit 8 for the byte offsets that `.BTF.ext` has
 */
export function encodeFuncInfo(
  records: readonly FuncInfo[],
  unit = 1,
  writer = new ByteWriter(),
): Uint8Array<ArrayBuffer> {
  for (const { instruction, type } of records) writer.u32(instruction * unit).u32(type);
  return writer.finish();
}

/** Finds the offset of a string in the BTF that the kernel is given. */
export type StringOffset = (text: string) => number;

/** `struct bpf_line_info` records as `BPF_PROG_LOAD` takes them, 16 bytes each: instructions counted in slots. */
export function encodeLineInfo(
  records: readonly LineInfo[],
  stringOffset: StringOffset,
  unit = 1,
  writer = new ByteWriter(),
): Uint8Array<ArrayBuffer> {
  for (const { instruction, file, text, line, column } of records) {
    writer
      .u32(instruction * unit)
      .u32(stringOffset(file))
      .u32(stringOffset(text));
    writer.u32(((line << 10) | Math.min(column, 0x3ff)) >>> 0);
  }
  return writer.finish();
}

/** `struct bpf_core_relo` records, 16 bytes each, as in `.BTF.ext`: instructions as byte offsets. */
export function encodeCoreRelocations(
  records: readonly CoreRelocation[],
  stringOffset: StringOffset,
  writer = new ByteWriter(),
): Uint8Array<ArrayBuffer> {
  for (const { instruction, type, access, kind } of records)
    writer
      .u32(instruction * 8)
      .u32(type)
      .u32(stringOffset(access))
      .u32(coreKinds.indexOf(kind));
  return writer.finish();
}

/** Where the strings of split BTF begin: after those of its base. */
function firstString({ base }: Btf): number {
  if (!base) return 0;
  const { stringsSize } = base as Partial<ParsedBtf>;
  if (stringsSize === undefined) throw new UsageError('the base of split BTF must come from parseBtf');
  return stringsSize;
}

function encodeTable(btf: Btf, strings: StringTable, endian: Endian): Uint8Array<ArrayBuffer> {
  return assemble(encodeTypes(btf, strings, endian), strings, endian);
}

function encodeTypes(btf: Btf, strings: StringTable, endian: Endian): Uint8Array {
  const writer = new ByteWriter(endian);
  const sink = { writer, string: (text: string): number => strings.add(text) };
  for (let id = btf.firstId; id < btf.length; id++) encodeType(sink, btf.type(id));
  return writer.finish();
}

function assemble(types: Uint8Array, strings: StringTable, endian: Endian): Uint8Array<ArrayBuffer> {
  const text = strings.bytes();
  const writer = new ByteWriter(endian);
  writer.u16(btfMagic).u8(1).u8(0).u32(btfHeaderSize);
  writer.u32(0).u32(types.length).u32(types.length).u32(text.length);
  return writer.append(types).append(text).finish();
}

const extHeaderSize = 32;

function encodeExt(ext: BtfExt, strings: StringTable, endian: Endian): Uint8Array<ArrayBuffer> {
  const offset: StringOffset = (text) => strings.add(text);
  const parts = [
    encodeSections(ext.functions, { recordSize: 8, strings, endian }, (records, writer) =>
      encodeFuncInfo(records, 8, writer),
    ),
    encodeSections(ext.lines, { recordSize: 16, strings, endian }, (records, writer) =>
      encodeLineInfo(records, offset, 8, writer),
    ),
    encodeSections(ext.core, { recordSize: 16, strings, endian }, (records, writer) =>
      encodeCoreRelocations(records, offset, writer),
    ),
  ];
  const writer = new ByteWriter(endian);
  writer.u16(btfMagic).u8(1).u8(0).u32(extHeaderSize);
  let at = 0;
  for (const part of parts) {
    writer.u32(at).u32(part.length);
    at += part.length;
  }
  for (const part of parts) writer.append(part);
  return writer.finish();
}

interface SectionFormat {
  readonly recordSize: number;
  readonly strings: StringTable;
  readonly endian: Endian;
}

function encodeSections<T>(
  sections: readonly ExtSection<T>[],
  { recordSize, strings, endian }: SectionFormat,
  encode: (records: readonly T[], writer: ByteWriter) => Uint8Array,
): Uint8Array {
  const writer = new ByteWriter(endian);
  if (sections.length === 0) return writer.finish();
  writer.u32(recordSize);
  for (const { section, records } of sections) {
    writer.u32(strings.add(section)).u32(records.length);
    writer.append(encode(records, new ByteWriter(endian)));
  }
  return writer.finish();
}

class StringTable {
  readonly #writer = new ByteWriter();
  readonly #offsets = new Map<string, number>([['', 0]]);
  readonly #first: number;

  /** @param first offset of the first string; above 0 for split BTF, whose strings continue its base's */
  constructor(first: number) {
    this.#first = first;
    if (first === 0) this.#writer.u8(0);
  }

  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#first + this.#writer.length;
    this.#writer.append(encodeUtf8(text)).u8(0);
    this.#offsets.set(text, offset);
    return offset;
  }

  bytes(): Uint8Array {
    return this.#writer.finish();
  }
}
