// The loop over blocks of a pcap file: filters every record and copies the matching ones, run by run, all in WebAssembly.

import type { ClassicInstruction } from '../../isa/index.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import { WasmModule } from '../wasm/module.ts';
import { filterLocal, filterLocalCount } from './classic-emitter.ts';
import { type CheckedInstruction, checkClassic } from './classic-program.ts';
import { emitInlineFilter } from './compile-classic.ts';
import { defineRecordFinder } from './record-finder.ts';
import type { RecordFormat } from './record-format.ts';
import { loadRecordWord, recordWord } from './record-format.ts';

const { i32, f64 } = valueType;
const PAGE = 0x1_0000;

/**
 * The compiled loop: filters the records from `start` to `end`, until it has `limit` matches or comes to an incomplete or
 * implausible record. At `state` are the words of {@link recordState}, which it goes on from and updates. All but the last
 * are addresses in its memory.
 */
export type RecordRun = (start: number, end: number, state: number, limit: number) => void;

/**
 * Indices of the words of the loop's state: the record it stopped at, where matching records are copied to (as many bytes as
 * the input has must be free there), and how many packets and matches there were.
 */
export const recordState = { at: 0, output: 1, packets: 2, matches: 3 } as const;
/** Those it goes on from. */
const stateNames = ['output', 'packets', 'matches'] as const;

/**
 * The address of what looks like the first record in a block that may begin within one: several follow each other from there to
 * the end. Shorter chains are in the packets of whoever copies capture files. -1 when there is none, or too much that looks like it.
 */
export type RecordFinder = (start: number, end: number) => number;

/** A compiled loop. Threads that share its memory instantiate the module with `{ m: { memory } }`. */
export interface RecordLoop {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly run: RecordRun;
  readonly find: RecordFinder;
}

const parameter = { start: 0, end: 1, state: 2, limit: 3 } as const;
/** Locals behind the filter's, which take the place of the parameters. */
const slot = {
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
} as const;
const locals = [
  { count: filterLocal.special - 4, type: i32 },
  { count: 1, type: f64 },
  { count: 11, type: i32 },
];

/** Copies the run of matching records that ends at `at`, if there is one. */
function emitFlush(code: WasmCode): void {
  code.get(slot.runStart).if();
  code.get(slot.output).get(slot.runStart);
  code.get(slot.at).get(slot.runStart).byte(op.i32Sub).tee(slot.word).memoryCopy();
  code.get(slot.output).get(slot.word).byte(op.i32Add).set(slot.output);
  code.i32(0).set(slot.runStart).end();
}

/** Leaves the block around the loop unless the record at `at` is whole and plausible; sets where the next one starts. */
function emitChecks(code: WasmCode, format: RecordFormat): void {
  const { captured } = filterLocal;
  code.get(slot.end).get(slot.at).byte(op.i32Sub).i32(format.headerBytes).byte(op.i32LtU).brIf(1);
  loadRecordWord(code, slot, recordWord.captured, format);
  code.tee(captured).i32(format.maxCapturedBytes).byte(op.i32GtU).brIf(1);
  code.get(slot.at).i32(format.headerBytes).byte(op.i32Add).tee(filterLocal.base);
  code.get(captured).byte(op.i32Add).tee(slot.next).get(slot.end).byte(op.i32GtU).brIf(1);
}

/** Sets what the filter is told of the packet. */
function emitPacket(code: WasmCode, format: RecordFormat): void {
  const { captured } = filterLocal;
  const { snapLength } = format;
  if (snapLength < format.maxCapturedBytes) {
    code.get(captured).i32(snapLength).get(captured).i32(snapLength).ops(op.i32LtU, op.select).set(captured);
  }
  loadRecordWord(code, slot, recordWord.length, format);
  code.set(filterLocal.length);
}

function emitRecordLoop(code: WasmCode, filter: readonly CheckedInstruction[], format: RecordFormat): void {
  for (const name of ['end', 'state', 'limit'] as const) code.get(parameter[name]).set(slot[name]);
  code.get(parameter.start).set(slot.at);
  for (const name of stateNames)
    code
      .get(slot.state)
      .memory(op.i32Load, 4 * recordState[name])
      .set(slot[name]);
  code.block().loop();
  code.get(slot.matches).get(slot.limit).byte(op.i32GeU).brIf(1);
  emitChecks(code, format);
  code.get(slot.packets).i32(1).byte(op.i32Add).set(slot.packets);
  emitPacket(code, format);
  emitInlineFilter(code, filter, 'libpcap', { resultLocal: slot.result });
  code.get(slot.result).if();
  code.get(slot.matches).i32(1).byte(op.i32Add).set(slot.matches);
  if (format.copies) {
    code.get(slot.at).get(slot.runStart).get(slot.runStart).byte(op.i32Eqz).byte(op.select).set(slot.runStart);
    code.else();
    emitFlush(code);
  }
  code.end();
  code.get(slot.next).set(slot.at);
  code.br(0).end().end();
  if (format.copies) emitFlush(code);
  code
    .get(slot.state)
    .get(slot.at)
    .memory(op.i32Store, 4 * recordState.at);
  for (const name of stateNames)
    code
      .get(slot.state)
      .get(slot[name])
      .memory(op.i32Store, 4 * recordState[name]);
}

/**
 * Compiles a classic program, by libpcap's rules, into a loop over blocks of pcap records in `sizeBytes` of memory that threads
 * can share. Jumps backwards are refused.
 * @throws VmError where the rules refuse the program.
 */
export function compileRecordLoop(
  instructions: readonly ClassicInstruction[],
  format: RecordFormat,
  sizeBytes: number,
): RecordLoop {
  const module = new WasmModule();
  const isShared = true;
  module.importMemory('memory', isShared);
  const run = module.declare({ parameters: [i32, i32, i32, i32], results: [] });
  const body = new WasmCode(512);
  emitRecordLoop(body, checkClassic(instructions, { rules: 'libpcap' }), format);
  module.define(run, locals, body);
  module.export('run', run);
  defineRecordFinder(module, format);
  const pages = Math.ceil(sizeBytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const compiled = new WebAssembly.Module(module.finish());
  const { exports } = new WebAssembly.Instance(compiled, { m: { memory } });
  return { module: compiled, memory, run: exports.run as RecordRun, find: exports.find as RecordFinder };
}
