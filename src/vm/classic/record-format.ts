// What the records of a pcap file are like, and how WebAssembly reads the words of their headers.

import { op, type WasmCode } from '../wasm/code.ts';

/** What the records are like, and what is wanted of them. */
export interface RecordFormat {
  readonly endian: 'little' | 'big';
  /** Bytes before the data of a record, at least 16. */
  readonly headerBytes: number;
  /** The loop stops at a record that claims to hold more. */
  readonly maxCapturedBytes: number;
  /** The filter sees at most so many bytes of a packet. */
  readonly snapLength: number;
  /** The second word of a record's time is below it. */
  readonly unitsPerSecond: number;
  /** Whether matching records are copied to the output. */
  readonly copies: boolean;
}

/** Offsets of words in the header of a record. */
export const recordWord = { fraction: 4, captured: 8, length: 12 } as const;

/** Pushes a word of the record whose address is in the local `at`; `word` is a local that it may change. */
export function loadRecordWord(
  code: WasmCode,
  { at, word }: { readonly at: number; readonly word: number },
  offset: number,
  { endian }: RecordFormat,
): void {
  code.get(at).memory(op.i32Load, offset);
  if (endian === 'little') return;
  code.tee(word).i32(0x00ff00ff).byte(op.i32And).i32(24).byte(op.i32Rotl);
  code.get(word).i32(8).byte(op.i32Rotl).i32(0x00ff00ff).ops(op.i32And, op.i32Or);
}
