// Function and line information in the form `BPF_PROG_LOAD` takes: fixed records with offsets into the BTF's strings.
// Source: Documentation/bpf/btf.rst, section "bpf_func_info and bpf_line_info" (v6.18).

import { ByteReader, ByteWriter, decodeUtf8 } from '../base/index.ts';
import type { FuncInfo, LineInfo } from '../btf/index.ts';

/** Size of `struct bpf_func_info`. */
export const funcInfoBytes = 8;
/** Size of `struct bpf_line_info`. */
export const lineInfoBytes = 16;

const highestLine = (1 << 22) - 1;
const highestColumn = (1 << 10) - 1;

/** Offsets of strings in the string section of encoded BTF. */
export class StringOffsets {
  readonly #offsets = new Map<string, number>();

  constructor(btf: Uint8Array) {
    const reader = new ByteReader(btf, 'BTF');
    const section = reader.slice(reader.u32(4) + reader.u32(16), reader.u32(20));
    for (let start = 0; start < section.length; ) {
      const end = section.indexOf(0, start);
      if (end < 0) break;
      const text = decodeUtf8(section.subarray(start, end));
      if (!this.#offsets.has(text)) this.#offsets.set(text, start);
      start = end + 1;
    }
  }

  /** Undefined where there is no such string. */
  of(text: string): number | undefined {
    return this.#offsets.get(text);
  }
}

/** Records of `func_info`. */
export function encodeFuncInfo(records: readonly FuncInfo[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { instruction, type } of records) writer.u32(instruction).u32(type);
  return writer.finish();
}

/** Records of `line_info`; a text that the strings do not have is given as empty. */
export function encodeLineInfo(records: readonly LineInfo[], strings: StringOffsets): Uint8Array {
  const writer = new ByteWriter();
  for (const { instruction, file, text, line, column } of records) {
    writer
      .u32(instruction)
      .u32(strings.of(file) ?? 0)
      .u32(strings.of(text) ?? 0);
    writer.u32(((Math.min(line, highestLine) << 10) | Math.min(column, highestColumn)) >>> 0);
  }
  return writer.finish();
}
