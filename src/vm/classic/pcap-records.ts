// How the loop over records reads those of pcap files, in WebAssembly.

import { op, type WasmCode } from '../wasm/code.ts';
import { filterLocal } from './classic-emitter.ts';
import {
  emitAdvance,
  emitDecision,
  emitSwap,
  type Filters,
  loadRecordWord,
  type PcapFormat,
  type RecordCode,
  slot,
} from './record-format.ts';

/** Offsets of words in the header of a record. */
export const recordWord = { fraction: 4, captured: 8, length: 12 } as const;
const { captured } = filterLocal;

/** Leaves the loop unless the record is whole and plausible. */
function emitChecks(code: WasmCode, format: PcapFormat): void {
  code.get(slot.end).get(slot.at).byte(op.i32Sub).i32(format.headerBytes).byte(op.i32LtU).brIf(1);
  loadRecordWord(code, slot, recordWord.captured, format);
  code.tee(captured).i32(format.maxCapturedBytes).byte(op.i32GtU).brIf(1);
  code.get(slot.at).i32(format.headerBytes).byte(op.i32Add).tee(filterLocal.base);
  code.get(captured).byte(op.i32Add).tee(slot.next).get(slot.end).byte(op.i32GtU).brIf(1);
}

/** What the filter is told of the packet. */
function emitPacket(code: WasmCode, format: PcapFormat): void {
  const { snapLength } = format;
  if (snapLength < format.maxCapturedBytes) {
    code.get(captured).i32(snapLength).get(captured).i32(snapLength).ops(op.i32LtU, op.select).set(captured);
  }
  loadRecordWord(code, slot, recordWord.length, format);
  code.set(filterLocal.length);
}

function emitCut(code: WasmCode, cutTo: number, { headerBytes, endian }: PcapFormat): void {
  const size = headerBytes + cutTo;
  code.get(slot.output).get(slot.at).i32(size).memoryCopy();
  code.get(slot.output).i32(cutTo);
  if (endian === 'big') emitSwap(code, slot.word);
  code.memory(op.i32Store, recordWord.captured);
  code.i32(size);
  emitAdvance(code);
}

export function pcapCode(format: PcapFormat): RecordCode {
  return {
    emitRecord: (code: WasmCode, filters: Filters): void => {
      emitChecks(code, format);
      emitPacket(code, format);
      emitDecision(code, filters);
    },
    emitCut: (code, cutTo): void => emitCut(code, cutTo, format),
  };
}
