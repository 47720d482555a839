// Finds where records begin in a block cut out of a pcap file, in WebAssembly.

import { op, valueType, WasmCode } from '../wasm/code.ts';
import type { WasmModule } from '../wasm/module.ts';
import { recordWord } from './pcap-records.ts';
import { loadRecordWord, type PcapFormat } from './record-format.ts';

const { i32 } = valueType;
const slot = { start: 0, last: 1, at: 2, links: 3, patience: 4, captured: 5, length: 6, word: 7 } as const;
const localCount = 6;
/** Records looked at before it gives up: bounds the time for data made to look like records. */
const patience = 100_000;

/** Leaves the block around the loop unless a record may start at `at`; goes to where the next would. */
function emitFollow(code: WasmCode, format: PcapFormat): void {
  const leaveLoops = 2;
  loadRecordWord(code, slot, recordWord.captured, format);
  code.tee(slot.captured).byte(op.i32Eqz).brIf(leaveLoops);
  loadRecordWord(code, slot, recordWord.length, format);
  code.tee(slot.length).get(slot.captured).byte(op.i32LtU).brIf(leaveLoops);
  code.get(slot.length).i32(format.maxCapturedBytes).byte(op.i32GtU).brIf(leaveLoops);
  loadRecordWord(code, slot, recordWord.fraction, format);
  code.i32(format.unitsPerSecond).byte(op.i32GeU).brIf(leaveLoops);
  code.get(slot.at).i32(format.headerBytes).byte(op.i32Add).get(slot.captured).byte(op.i32Add).set(slot.at);
  code.get(slot.links).i32(1).byte(op.i32Add).set(slot.links);
}

/** Defines and exports `find(start, end)`. */
export function defineRecordFinder(module: WasmModule, format: PcapFormat): void {
  const find = module.declare({ parameters: [i32, i32], results: [i32] });
  const code = new WasmCode(256);
  code.get(slot.last).i32(format.headerBytes).byte(op.i32Sub).set(slot.last);
  code.i32(patience).set(slot.patience);
  code.block().loop();
  code.get(slot.start).get(slot.last).byte(op.i32GtS).brIf(1);
  code.get(slot.patience).i32(0).byte(op.i32LeS).brIf(1);
  code.get(slot.start).set(slot.at).i32(0).set(slot.links);
  code.block().loop();
  code.get(slot.at).get(slot.last).byte(op.i32LeS).if();
  emitFollow(code, format);
  code.br(1).end().end();
  code.get(slot.links).i32(1).byte(op.i32GtU).if().get(slot.start).byte(op.return).end().end();
  code.get(slot.patience).get(slot.links).byte(op.i32Sub).set(slot.patience);
  code.get(slot.start).i32(1).byte(op.i32Add).set(slot.start);
  code.br(0).end().end().i32(-1);
  module.define(find, [{ count: localCount, type: i32 }], code);
  module.export('find', find);
}
