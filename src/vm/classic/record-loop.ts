// The loop over blocks of a pcap file: filters every record and copies the matching ones, run by run, all in WebAssembly.

import type { ClassicInstruction } from '../../isa/index.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import { WasmModule } from '../wasm/module.ts';
import { type ClassicOptions, checkClassic } from './classic-program.ts';
import { defineFilter, PacketMemory } from './compile-classic.ts';

const { i32 } = valueType;
const PAGE = 0x1_0000;
const CAPTURED = 8;
const LENGTH = 12;

/** What the records are like, and what is wanted of them. */
export interface RecordFormat {
  readonly endian: 'little' | 'big';
  /** Bytes before the data of a record, at least 16. */
  readonly headerBytes: number;
  /** The loop stops at a record that claims to hold more. */
  readonly maxCapturedBytes: number;
  /** The filter sees at most so many bytes of a packet. */
  readonly snapLength: number;
  /** Whether matching records are copied to the output. */
  readonly copies: boolean;
}

/** Where in the memory of a {@link RecordLoop} one call works. */
export interface RecordRun {
  /** First byte of the records, and the byte after the last. */
  readonly start: number;
  readonly end: number;
  /** Where matching records go; as many bytes as the input has must be free. */
  readonly output: number;
  /** Stop after so many matches. */
  readonly limit: number;
}

/** A compiled loop. Fields after `run` are those of its last call. */
export interface RecordLoop {
  /** The whole memory: the caller puts blocks where it likes, from `firstFree` on. */
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly firstFree: number;
  run(task: RecordRun): RecordResult;
}

/** What one call did. The object is used again by the next. */
export interface RecordResult {
  /** Where it stopped: at the end, at an incomplete or implausible record, or after the last match wanted. */
  at: number;
  packets: number;
  matches: number;
  /** Byte after the output. */
  output: number;
}

const result = { at: 0, packets: 4, output: 8 } as const;
const slot = {
  start: 0,
  end: 1,
  output: 2,
  limit: 3,
  at: 4,
  captured: 5,
  packets: 6,
  matches: 7,
  runStart: 8,
  word: 9,
} as const;
const localCount = 6;

function loadWord(code: WasmCode, offset: number, { endian }: RecordFormat): void {
  code.get(slot.at).memory(op.i32Load, offset);
  if (endian === 'little') return;
  code.tee(slot.word).i32(0x00ff00ff).byte(op.i32And).i32(24).byte(op.i32Rotl);
  code.get(slot.word).i32(8).byte(op.i32Rotl).i32(0x00ff00ff).ops(op.i32And, op.i32Or);
}

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
  loadWord(code, CAPTURED, format);
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
  code.block().loop();
  code.get(slot.matches).get(slot.limit).byte(op.i32GeU).brIf(1);
  emitChecks(code, format);
  code.get(slot.packets).i32(1).byte(op.i32Add).set(slot.packets);
  code.get(slot.at).i32(headerBytes).byte(op.i32Add);
  code.get(slot.captured).i32(snapLength).get(slot.captured).i32(snapLength).ops(op.i32LtU, op.select);
  loadWord(code, LENGTH, format);
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
  code.i32(0).get(slot.at).memory(op.i32Store, result.at);
  code.i32(0).get(slot.packets).memory(op.i32Store, result.packets);
  code.i32(0).get(slot.output).memory(op.i32Store, result.output);
  code.get(slot.matches);
}

type Run = (start: number, end: number, output: number, limit: number) => number;

/**
 * Compiles a classic program into a loop over blocks of pcap records in `sizeBytes` of memory. Jumps backwards are refused.
 * @throws VmError where the rules refuse the program.
 */
export function compileRecordLoop(
  instructions: readonly ClassicInstruction[],
  format: RecordFormat,
  { sizeBytes, ...options }: ClassicOptions & { readonly sizeBytes: number },
): RecordLoop {
  const module = new WasmModule();
  const filter = defineFilter(module, checkClassic(instructions, options), options);
  const run = module.declare({ parameters: [i32, i32, i32, i32], results: [i32] });
  const body = new WasmCode(512);
  emitRecordLoop(body, filter, format);
  module.define(run, [{ count: localCount, type: i32 }], body);
  module.export('run', run);
  const packets = new PacketMemory(PAGE + sizeBytes);
  const loop = packets.instantiate(module).run as Run;
  const words = new Uint32Array(packets.memory.buffer, 0, 3);
  const outcome: RecordResult = { at: 0, packets: 0, matches: 0, output: 0 };
  return {
    memory: packets.bytes as Uint8Array<ArrayBuffer>,
    firstFree: PAGE,
    run: ({ start, end, output, limit }): RecordResult => {
      outcome.matches = loop(start, end, output, limit) >>> 0;
      outcome.at = words[result.at / 4] as number;
      outcome.packets = words[result.packets / 4] as number;
      outcome.output = words[result.output / 4] as number;
      return outcome;
    },
  };
}
