// The loop over blocks of a pcap file: filters every record and copies the matching ones, run by run, all in WebAssembly.

import type { ClassicInstruction } from '../../isa/index.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import { WasmModule } from '../wasm/module.ts';
import { checkClassic } from './classic-program.ts';
import { defineFilter } from './compile-classic.ts';
import { defineRecordFinder } from './record-finder.ts';
import type { RecordFormat } from './record-format.ts';
import { loadRecordWord, recordWord } from './record-format.ts';

const { i32 } = valueType;
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

const slot = {
  start: 0,
  end: 1,
  state: 2,
  limit: 3,
  at: 4,
  captured: 5,
  packets: 6,
  matches: 7,
  output: 8,
  runStart: 9,
  word: 10,
} as const;
const localCount = 7;

/** Copies the run of matching records that ends at `at`, if there is one. */
function emitFlush(code: WasmCode): void {
  code.get(slot.runStart).if();
  code.get(slot.output).get(slot.runStart);
  code.get(slot.at).get(slot.runStart).byte(op.i32Sub).tee(slot.word).memoryCopy();
  code.get(slot.output).get(slot.word).byte(op.i32Add).set(slot.output);
  code.i32(0).set(slot.runStart).end();
}

/** Leaves the block around the loop unless the record at `at` is whole and plausible; sets `captured`. */
function emitChecks(code: WasmCode, format: RecordFormat): void {
  code.get(slot.end).get(slot.at).byte(op.i32Sub).i32(format.headerBytes).byte(op.i32LtU).brIf(1);
  loadRecordWord(code, slot, recordWord.captured, format);
  code.tee(slot.captured).i32(format.maxCapturedBytes).byte(op.i32GtU).brIf(1);
  code
    .get(slot.captured)
    .get(slot.end)
    .get(slot.at)
    .byte(op.i32Sub)
    .i32(format.headerBytes)
    .ops(op.i32Sub, op.i32GtU)
    .brIf(1);
}

function emitRecordLoop(code: WasmCode, filter: number, format: RecordFormat): void {
  const { headerBytes, snapLength, copies } = format;
  code.get(slot.start).set(slot.at);
  for (const name of ['output', 'packets', 'matches'] as const)
    code
      .get(slot.state)
      .memory(op.i32Load, 4 * recordState[name])
      .set(slot[name]);
  code.block().loop();
  code.get(slot.matches).get(slot.limit).byte(op.i32GeU).brIf(1);
  emitChecks(code, format);
  code.get(slot.packets).i32(1).byte(op.i32Add).set(slot.packets);
  code.get(slot.at).i32(headerBytes).byte(op.i32Add);
  code.get(slot.captured).i32(snapLength).get(slot.captured).i32(snapLength).ops(op.i32LtU, op.select);
  loadRecordWord(code, slot, recordWord.length, format);
  code.call(filter).if();
  code.get(slot.matches).i32(1).byte(op.i32Add).set(slot.matches);
  if (copies) {
    code.get(slot.at).get(slot.runStart).get(slot.runStart).byte(op.i32Eqz).byte(op.select).set(slot.runStart);
    code.else();
    emitFlush(code);
  }
  code.end();
  code.get(slot.at).i32(headerBytes).byte(op.i32Add).get(slot.captured).byte(op.i32Add).set(slot.at);
  code.br(0).end().end();
  if (copies) emitFlush(code);
  for (const name of ['at', 'output', 'packets', 'matches'] as const)
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
  const options = { rules: 'libpcap', hasSharedMemory: true } as const;
  const filter = defineFilter(module, checkClassic(instructions, options), options);
  const run = module.declare({ parameters: [i32, i32, i32, i32], results: [] });
  const body = new WasmCode(512);
  emitRecordLoop(body, filter, format);
  module.define(run, [{ count: localCount, type: i32 }], body);
  module.export('run', run);
  defineRecordFinder(module, format);
  const pages = Math.ceil(sizeBytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const compiled = new WebAssembly.Module(module.finish());
  const { exports } = new WebAssembly.Instance(compiled, { m: { memory } });
  return { module: compiled, memory, run: exports.run as RecordRun, find: exports.find as RecordFinder };
}
