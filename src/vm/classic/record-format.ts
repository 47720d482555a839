// What the records of a capture file are like, and what the code of both formats of the loop over them shares.

import { op, valueType, type WasmCode } from '../wasm/code.ts';
import { filterLocal, filterLocalCount } from './classic-emitter.ts';
import type { CheckedInstruction } from './classic-program.ts';
import { emitInlineFilter } from './compile-classic.ts';

/** What the loop does with matching records. */
export interface RecordTask {
  /** Whether they are copied to the output. */
  readonly copies: boolean;
  /** Packets are copied with at most so many bytes; undefined: as they are. */
  readonly cutTo?: number | undefined;
}

/** The records of a pcap file. */
export interface PcapFormat extends RecordTask {
  readonly kind: 'pcap';
  readonly endian: 'little' | 'big';
  /** Bytes before the data of a record, at least 16. */
  readonly headerBytes: number;
  /** The loop stops at a record that claims to hold more. */
  readonly maxCapturedBytes: number;
  /** The filter sees at most so many bytes of a packet. */
  readonly snapLength: number;
  /** The second word of a record's time is below it. */
  readonly unitsPerSecond: number;
}

/** The blocks of a section of a pcapng file. */
export interface PcapngFormat extends RecordTask {
  readonly kind: 'pcapng';
  readonly endian: 'little' | 'big';
  /** The loop stops at a packet that claims to hold more. */
  readonly maxCapturedBytes: number;
  /**
   * Address of a byte for each interface, and for how many: the number of the filter for its packets. At packets of interfaces
   * that have {@link noFilter} there, or are beyond, the loop stops.
   */
  readonly filterTable: { readonly start: number; readonly size: number };
}

export type RecordFormat = PcapFormat | PcapngFormat;

/** What the table of filters holds for an interface whose packets the loop does not take. */
export const noFilter = 255;

/** The code that a format adds to the loop. */
export interface RecordCode {
  /**
   * Leaves the block around the loop (label 1) unless a record that it takes is at `at`. Else sets `next` to where the next one
   * starts, `result` to whether it is copied, and `captured`, and counts it.
   */
  readonly emitRecord: (code: WasmCode, filters: Filters) => void;
  /** Appends the packet at `at` to the output, cut to `cutTo` bytes. */
  readonly emitCut: (code: WasmCode, cutTo: number) => void;
}

export type Filters = readonly (readonly CheckedInstruction[])[];

/** Locals behind the filters' own, which take the place of the parameters. */
export const slot = {
  end: filterLocalCount,
  state: filterLocalCount + 1,
  limit: filterLocalCount + 2,
  at: filterLocalCount + 3,
  packets: filterLocalCount + 4,
  matches: filterLocalCount + 5,
  output: filterLocalCount + 6,
  runStart: filterLocalCount + 7,
  word: filterLocalCount + 8,
  next: filterLocalCount + 9,
  result: filterLocalCount + 10,
  size: filterLocalCount + 11,
  filter: filterLocalCount + 12,
} as const;

/** All locals but the four parameters. */
export const loopLocals = [
  { count: filterLocal.special - 4, type: valueType.i32 },
  { count: 1, type: valueType.f64 },
  { count: 13, type: valueType.i32 },
];

/** Swaps the bytes of the word on the stack; `word` is a local that it may change. */
export function emitSwap(code: WasmCode, word: number): void {
  code.tee(word).i32(0x00ff00ff).byte(op.i32And).i32(24).byte(op.i32Rotl);
  code.get(word).i32(8).byte(op.i32Rotl).i32(0x00ff00ff).ops(op.i32And, op.i32Or);
}

/** Pushes a word of the record whose address is in the local `at`; `word` is a local that it may change. */
export function loadRecordWord(
  code: WasmCode,
  { at, word }: { readonly at: number; readonly word: number },
  offset: number,
  { endian }: Pick<RecordFormat, 'endian'>,
): void {
  code.get(at).memory(op.i32Load, offset);
  if (endian === 'big') emitSwap(code, word);
}

/** Runs the filter whose number is in the local `filter`, and counts the packet. */
export function emitDecision(code: WasmCode, filters: Filters): void {
  const last = filters.length - 1;
  for (const [index, filter] of filters.entries()) {
    if (index < last) code.get(slot.filter).i32(index).byte(op.i32Eq).if();
    emitInlineFilter(code, filter, 'libpcap', { resultLocal: slot.result });
    if (index < last) code.else();
  }
  for (let index = 0; index < last; index++) code.end();
  code.get(slot.packets).i32(1).byte(op.i32Add).set(slot.packets);
  code.get(slot.matches).get(slot.result).i32(0).ops(op.i32Ne, op.i32Add).set(slot.matches);
}

/** Adds what is on the stack to where the output ends. */
export function emitAdvance(code: WasmCode): void {
  code.get(slot.output).byte(op.i32Add).set(slot.output);
}
