// The loop over a buffer of packet records, in WebAssembly.

import { op, type WasmCode } from '../wasm/code.ts';
import { filterLocal, filterLocalCount } from './classic-emitter.ts';

/** Records as pcap files have them, `struct pcap_pkthdr` on disk: two time words, captured length, length, data. */
export type BatchFormat = 'pcap-little' | 'pcap-big';

/** Bytes before the data of a record. */
export const RECORD_HEADER = 16;
const CAPTURED = 8;
const LENGTH = 12;

/** Where the loop leaves how far it came and how many records it saw. */
export const batchResult = { consumed: 0, packets: 4 } as const;

/** Parameters: records from `start` to `end`, offsets of matches to `out`. The filter's locals take their place. */
const parameter = { start: 0, end: 1, out: 2 } as const;

/** Locals behind the filter's. */
const slot = {
  start: filterLocalCount,
  end: filterLocalCount + 1,
  out: filterLocalCount + 2,
  at: filterLocalCount + 3,
  packets: filterLocalCount + 4,
  next: filterLocalCount + 5,
  word: filterLocalCount + 6,
  result: filterLocalCount + 7,
} as const;

/** Number of locals behind the filter's. */
export const batchLocalCount = 8;

function loadWord(code: WasmCode, offset: number, format: BatchFormat): void {
  code.get(slot.at).memory(op.i32Load, offset);
  if (format === 'pcap-little') return;
  code.tee(slot.word).i32(0x00ff00ff).byte(op.i32And).i32(24).byte(op.i32Rotl);
  code.get(slot.word).i32(8).byte(op.i32Rotl).i32(0x00ff00ff).ops(op.i32And, op.i32Or);
}

/**
 * Writes the body: runs the filter on each whole record and returns the number of matches. `emitFilter` writes code that
 * leaves its result in the local given.
 */
export function emitBatchLoop(code: WasmCode, format: BatchFormat, emitFilter: (resultLocal: number) => void): void {
  code.get(parameter.start).tee(slot.start).set(slot.at).get(parameter.end).set(slot.end);
  code.get(parameter.out).tee(slot.out).set(slot.next);
  code.block().loop();
  // A header and its data must lie before the end.
  code.get(slot.end).get(slot.at).byte(op.i32Sub).i32(RECORD_HEADER).byte(op.i32LtU).brIf(1);
  loadWord(code, CAPTURED, format);
  code.tee(filterLocal.captured).get(slot.end).get(slot.at).byte(op.i32Sub);
  code.i32(RECORD_HEADER).ops(op.i32Sub, op.i32GtU).brIf(1);
  loadWord(code, LENGTH, format);
  code.set(filterLocal.length).get(slot.packets).i32(1).byte(op.i32Add).set(slot.packets);
  code.get(slot.at).i32(RECORD_HEADER).byte(op.i32Add).set(filterLocal.base);
  emitFilter(slot.result);
  code.get(slot.result).if();
  code.get(slot.next).get(slot.at).get(slot.start).byte(op.i32Sub).memory(op.i32Store, 0);
  code.get(slot.next).i32(4).byte(op.i32Add).set(slot.next).end();
  code.get(filterLocal.base).get(filterLocal.captured).byte(op.i32Add).set(slot.at);
  code.br(0).end().end();
  code.i32(0).get(slot.at).get(slot.start).byte(op.i32Sub).memory(op.i32Store, batchResult.consumed);
  code.i32(0).get(slot.packets).memory(op.i32Store, batchResult.packets);
  code.get(slot.next).get(slot.out).byte(op.i32Sub).i32(2).byte(op.i32ShrU);
}
