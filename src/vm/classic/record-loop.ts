// The loop over blocks of a capture file: filters every record and copies the matching ones, run by run, all in WebAssembly.

import type { ClassicInstruction } from '../../isa/index.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import { WasmModule } from '../wasm/module.ts';
import { filterLocal } from './classic-emitter.ts';
import { checkClassic } from './classic-program.ts';
import { pcapCode } from './pcap-records.ts';
import { pcapngCode } from './pcapng-blocks.ts';
import { defineRecordFinder } from './record-finder.ts';
import { type Filters, loopLocals, type RecordCode, type RecordFormat, slot } from './record-format.ts';

const { i32 } = valueType;
const PAGE = 0x1_0000;

/**
 * The compiled loop: filters the records from `start` to `end`, until it has `limit` matches or comes to a record that is not
 * whole, or that it does not take. At `state` are the words of {@link recordState}, which it goes on from and updates. All but the
 * last are addresses in its memory.
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
  /** For pcap files only. */
  readonly find?: RecordFinder;
}

const parameter = { start: 0, end: 1, state: 2, limit: 3 } as const;

/** Copies the run of matching records that ends at `at`, if there is one. */
function emitFlush(code: WasmCode): void {
  code.get(slot.runStart).if();
  code.get(slot.output).get(slot.runStart);
  code.get(slot.at).get(slot.runStart).byte(op.i32Sub).tee(slot.word).memoryCopy();
  code.get(slot.output).get(slot.word).byte(op.i32Add).set(slot.output);
  code.i32(0).set(slot.runStart).end();
}

/** Puts a matching record into the run, or appends it cut; any other ends the run. */
function emitCopy(code: WasmCode, records: RecordCode, cutTo: number | undefined): void {
  code.get(slot.result).if();
  if (cutTo !== undefined) {
    code.get(filterLocal.captured).i32(cutTo).byte(op.i32GtU).if();
    emitFlush(code);
    records.emitCut(code, cutTo);
    code.else();
  }
  code.get(slot.at).get(slot.runStart).get(slot.runStart).byte(op.i32Eqz).byte(op.select).set(slot.runStart);
  if (cutTo !== undefined) code.end();
  code.else();
  emitFlush(code);
  code.end();
}

function emitRecordLoop(code: WasmCode, filters: Filters, format: RecordFormat): void {
  const records = format.kind === 'pcap' ? pcapCode(format) : pcapngCode(format);
  for (const name of ['end', 'state', 'limit'] as const) code.get(parameter[name]).set(slot[name]);
  code.get(parameter.start).set(slot.at);
  for (const name of stateNames)
    code
      .get(slot.state)
      .memory(op.i32Load, 4 * recordState[name])
      .set(slot[name]);
  code.block().loop();
  code.get(slot.matches).get(slot.limit).byte(op.i32GeU).brIf(1);
  records.emitRecord(code, filters);
  if (format.copies) emitCopy(code, records, format.cutTo);
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

/** Memory for a loop, that threads can share. */
export function recordMemory(sizeBytes: number): WebAssembly.Memory {
  const pages = Math.ceil(sizeBytes / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/**
 * Compiles classic programs, by libpcap's rules, into a loop over blocks of records in `memory`: one for a pcap file, for a pcapng
 * file as many as its table of filters names. Jumps backwards are refused.
 * @throws VmError where the rules refuse a program.
 */
export function compileRecordLoop(
  programs: readonly (readonly ClassicInstruction[])[],
  format: RecordFormat,
  memory: WebAssembly.Memory,
): RecordLoop {
  const module = new WasmModule();
  const isShared = true;
  module.importMemory('memory', isShared);
  const run = module.declare({ parameters: [i32, i32, i32, i32], results: [] });
  const body = new WasmCode(512);
  const filters = programs.map((instructions) => checkClassic(instructions, { rules: 'libpcap' }));
  emitRecordLoop(body, filters, format);
  module.define(run, loopLocals, body);
  module.export('run', run);
  if (format.kind === 'pcap') defineRecordFinder(module, format);
  const compiled = new WebAssembly.Module(module.finish());
  const { exports } = new WebAssembly.Instance(compiled, { m: { memory } });
  return { module: compiled, memory, run: exports.run as RecordRun, find: exports.find as RecordFinder };
}
