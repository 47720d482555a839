// How the loop over records reads the blocks of pcapng files, in WebAssembly. It takes Enhanced Packet Blocks, passes what holds no
// packets, and stops at whatever else there is: sections, interfaces, older kinds of packets, damage.

import { op, type WasmCode } from '../wasm/code.ts';
import { filterLocal } from './classic-emitter.ts';
import {
  emitAdvance,
  emitDecision,
  emitSwap,
  type Filters,
  loadRecordWord,
  noFilter,
  type PcapngFormat,
  type RecordCode,
  slot,
} from './record-format.ts';

/** Offsets in an Enhanced Packet Block, and the length of one without data and options. */
const packetBlock = { size: 4, interface: 8, captured: 20, length: 24, data: 28, least: 32 } as const;
const enhancedPacket = 6;
/** The same in either byte order. */
const section = 0x0a0d0d0a;
const { captured } = filterLocal;

/** Leaves the loop unless a whole block is at `at`, its length told at both ends. */
function emitFrame(code: WasmCode, format: PcapngFormat): void {
  const leastBytes = 12;
  code.get(slot.end).get(slot.at).byte(op.i32Sub).i32(leastBytes).byte(op.i32LtU).brIf(1);
  loadRecordWord(code, slot, packetBlock.size, format);
  code.tee(slot.size).i32(3).byte(op.i32And).brIf(1);
  code.get(slot.size).i32(leastBytes).byte(op.i32LtU).brIf(1);
  code.get(slot.size).get(slot.end).get(slot.at).ops(op.i32Sub, op.i32GtU).brIf(1);
  code.get(slot.at).get(slot.size).byte(op.i32Add).tee(slot.next);
  code.i32(4).byte(op.i32Sub).memory(op.i32Load, 0);
  code.get(slot.at).memory(op.i32Load, packetBlock.size).byte(op.i32Ne).brIf(1);
}

/** What is known of a packet's interface and lengths; leaves the loop where the block cannot hold it. */
function emitPacket(code: WasmCode, format: PcapngFormat): void {
  const leaveLoop = 2;
  const { start, size } = format.filterTable;
  code.get(slot.size).i32(packetBlock.least).byte(op.i32LtU).brIf(leaveLoop);
  loadRecordWord(code, slot, packetBlock.interface, format);
  code.tee(slot.filter).i32(size).byte(op.i32GeU).brIf(leaveLoop);
  code.get(slot.filter).memory(op.i32Load8U, start).tee(slot.filter);
  code.i32(noFilter).byte(op.i32Eq).brIf(leaveLoop);
  loadRecordWord(code, slot, packetBlock.captured, format);
  code.tee(captured).get(slot.size).i32(packetBlock.least).ops(op.i32Sub, op.i32GtU).brIf(leaveLoop);
  code.get(captured).i32(format.maxCapturedBytes).byte(op.i32GtU).brIf(leaveLoop);
  loadRecordWord(code, slot, packetBlock.length, format);
  code.set(filterLocal.length);
  code.get(slot.at).i32(packetBlock.data).byte(op.i32Add).set(filterLocal.base);
}

/** Leaves the loop at blocks that change what follows, or are packets of other kinds: types 1 to 3, sections. */
function emitOther(code: WasmCode): void {
  const leaveLoop = 2;
  code.get(slot.word).i32(section).byte(op.i32Eq).brIf(leaveLoop);
  code.get(slot.word).i32(1).byte(op.i32Sub).i32(3).byte(op.i32LtU).brIf(leaveLoop);
  code.i32(0).set(captured).i32(1).set(slot.result);
}

function emitRecord(code: WasmCode, filters: Filters, format: PcapngFormat): void {
  emitFrame(code, format);
  loadRecordWord(code, slot, 0, format);
  code.tee(slot.word).i32(enhancedPacket).byte(op.i32Eq).if();
  emitPacket(code, format);
  emitDecision(code, filters);
  code.else();
  emitOther(code);
  code.end();
}

/** Stores the word on the stack at an offset from the address below it. */
function emitStore(code: WasmCode, offset: number, { endian }: PcapngFormat): void {
  if (endian === 'big') emitSwap(code, slot.word);
  code.memory(op.i32Store, offset);
}

const padded = (size: number): number => (size + 3) & ~3;

/** Header, the first bytes of the data, their padding, the options and the new length, which is also in the header. */
function emitCut(code: WasmCode, cutTo: number, format: PcapngFormat): void {
  const { data, least } = packetBlock;
  // The last word of the data first: it takes the padding with it.
  if (cutTo % 4 > 0)
    code
      .get(slot.output)
      .i32(0)
      .memory(op.i32Store, data + padded(cutTo) - 4);
  code
    .get(slot.output)
    .get(slot.at)
    .i32(data + cutTo)
    .memoryCopy();
  // In `filter` and `size` from here on: the bytes of options, and of the new block.
  code.get(slot.size).i32(least).byte(op.i32Sub);
  code.get(captured).i32(3).byte(op.i32Add).i32(-4).ops(op.i32And, op.i32Sub).set(slot.filter);
  code
    .get(slot.output)
    .i32(data + padded(cutTo))
    .byte(op.i32Add);
  code.get(slot.next).i32(4).byte(op.i32Sub).get(slot.filter).byte(op.i32Sub).get(slot.filter).memoryCopy();
  code
    .get(slot.filter)
    .i32(least + padded(cutTo))
    .byte(op.i32Add)
    .set(slot.size);
  code.get(slot.output).get(slot.size);
  emitStore(code, packetBlock.size, format);
  code.get(slot.output).i32(cutTo);
  emitStore(code, packetBlock.captured, format);
  code.get(slot.size);
  emitAdvance(code);
  code.get(slot.output).i32(4).byte(op.i32Sub).get(slot.size);
  emitStore(code, 0, format);
}

export function pcapngCode(format: PcapngFormat): RecordCode {
  return {
    emitRecord: (code, filters): void => emitRecord(code, filters, format),
    emitCut: (code, cutTo): void => emitCut(code, cutTo, format),
  };
}
