// Classic programs compiled to WebAssembly: one call per packet, or one call per buffer of packets.

import { UsageError } from '../../base/index.ts';
import type { ClassicInstruction, ClassicRules } from '../../isa/index.ts';
import { scratchWords, specialOffsets } from '../../isa/index.ts';
import { findDominance } from '../jit/dominators.ts';
import type { FlowNode } from '../jit/flow-graph.ts';
import { emitStructured } from '../jit/structure.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import { WasmModule } from '../wasm/module.ts';
import type { BatchFormat } from './batch-loop.ts';
import { batchLocalCount, batchResult, emitBatchLoop, RECORD_HEADER } from './batch-loop.ts';
import type { HeldOrder } from './classic-emitter.ts';
import { ABSOLUTE_ACCESS, ClassicEmitter, comparesSwapped, filterLocal, heldAfter } from './classic-emitter.ts';
import { buildClassicGraph, bytesNeeded, isBranch, knownLengths } from './classic-graph.ts';
import type { ClassicFilter } from './classic-interpreter.ts';
import { interpretClassic } from './classic-interpreter.ts';
import type { CheckedInstruction, ClassicOptions } from './classic-program.ts';
import { checkClassic, jumpsBack } from './classic-program.ts';
import type { PacketFacts } from './special-loads.ts';
import { specialWord } from './special-loads.ts';

const { i32, f64 } = valueType;
const PAGE = 0x1_0000;
const noFacts: PacketFacts = {};

type Dominance = ReturnType<typeof findDominance>;

/** How A is held at the starts of blocks, and which blocks must bring it into host order at their end. */
interface HeldOrders {
  readonly atStart: readonly HeldOrder[];
  readonly restored: readonly boolean[];
}

/** Where ways of holding A meet, all predecessors of the block have to end in host order; repeated until nothing changes. */
function heldOrders(
  blocks: readonly (readonly CheckedInstruction[])[],
  dominance: Dominance,
  rules: ClassicRules,
): HeldOrders {
  const restored = new Array<boolean>(blocks.length).fill(false);
  for (;;) {
    const atStart = new Array<HeldOrder>(blocks.length).fill('host');
    const after = new Array<HeldOrder>(blocks.length).fill('host');
    for (const node of dominance.order) {
      const from = dominance.predecessors[node] as readonly number[];
      atStart[node] = from.length === 0 ? 'host' : (after[from[0] as number] as HeldOrder);
      const end = orderAfter(blocks[node] as readonly CheckedInstruction[], atStart[node] as HeldOrder, rules);
      after[node] = restored[node] ? 'host' : end;
    }
    let changed = false;
    for (const node of dominance.order) {
      const from = dominance.predecessors[node] as readonly number[];
      if (from.every((one) => after[one] === atStart[node])) continue;
      for (const one of from) {
        changed ||= !restored[one];
        restored[one] = true;
      }
    }
    if (!changed) return { atStart, restored };
  }
}

function orderAfter(block: readonly CheckedInstruction[], start: HeldOrder, rules: ClassicRules): HeldOrder {
  let held = start;
  for (const instruction of block) held = heldAfter(instruction, held, rules);
  const last = block.at(-1) as CheckedInstruction;
  return isBranch(last) && !comparesSwapped(last, held) ? 'host' : held;
}

/** Writes the code of a filter; where it ends it returns, or leaves the block around it with its result in a local. */
function emitFilter(
  body: WasmCode,
  code: readonly CheckedInstruction[],
  rules: ClassicRules,
  end: { special: number; resultLocal?: number },
): void {
  const graph = buildClassicGraph(code);
  const dominance = findDominance(graph);
  const needed = graph.nodes.map((node) => neededBytes(code, node, rules));
  const known = knownLengths(graph, dominance, needed);
  const blocks = graph.nodes.map(({ start, end: after }) => code.slice(start, after));
  const held = heldOrders(blocks, dominance, rules);
  emitStructured(graph, dominance, new ClassicEmitter(body, { code, graph, rules, known, held, ...end }));
  body.byte(op.unreachable);
}

/** Imports what filters need; the index of the function for special loads, which only Linux's rules have. */
function importSurroundings(module: WasmModule, rules: ClassicRules): number {
  const type = { parameters: [i32, i32, i32, i32, i32, i32], results: [f64] };
  const special = rules === 'linux' ? module.importFunction('special', type) : -1;
  module.importMemory('memory');
  return special;
}

/** A, X, offset and scratch words, then the value of special loads. */
const filterLocals = [
  { count: 19, type: i32 },
  { count: 1, type: f64 },
] as const;

/** Declares the filter function `(base, captured length, length) -> result` and defines its body. */
function defineFilter(module: WasmModule, code: readonly CheckedInstruction[], rules: ClassicRules): number {
  const special = importSurroundings(module, rules);
  const filter = module.declare({ parameters: [i32, i32, i32], results: [i32] });
  const body = new WasmCode(1024);
  emitFilter(body, code, rules, { special });
  module.define(filter, filterLocals, body);
  return filter;
}

/**
 * Writes the code of a filter into that of a loop, as a block that leaves its result in a local. `special` is the function for
 * special loads, if the rules have them.
 */
export function emitInlineFilter(
  body: WasmCode,
  code: readonly CheckedInstruction[],
  rules: ClassicRules,
  { special = -1, resultLocal }: { readonly special?: number; readonly resultLocal: number },
): void {
  // libpcap's rules let programs read scratch words they never wrote.
  const scratch = code.some(({ row }) => row.form === 'memory') ? scratchWords : 0;
  for (let word = 0; word < scratch; word++) body.i32(0).set(filterLocal.scratch + word);
  body.i32(0).set(filterLocal.a).i32(0).set(filterLocal.x);
  body.block();
  emitFilter(body, code, rules, { special, resultLocal });
  body.end();
}

/** Exports the loop over records, the filter inside it. */
function defineLoop(
  module: WasmModule,
  code: readonly CheckedInstruction[],
  format: BatchFormat,
  rules: ClassicRules,
): void {
  const special = importSurroundings(module, rules);
  const run = module.declare({ parameters: [i32, i32, i32], results: [i32] });
  const body = new WasmCode(1024);
  emitBatchLoop(body, format, (resultLocal) => emitInlineFilter(body, code, rules, { special, resultLocal }));
  module.define(run, [...filterLocals, { count: batchLocalCount, type: i32 }], body);
  module.export('run', run);
}

/** Bytes of the packet that a block's absolute loads need. */
function neededBytes(code: readonly CheckedInstruction[], { start, end }: FlowNode, rules: ClassicRules): number {
  let needed = 0;
  for (const instruction of code.slice(start, end)) {
    const isSpecial = rules === 'linux' && instruction.k >= specialOffsets.linkLayer;
    if (!isSpecial) needed = Math.max(needed, bytesNeeded(instruction));
  }
  return needed;
}

type Filter = (base: number, captured: number, length: number) => number;

/** A memory of its own for packets, and the special loads of the packet that is in it. */
export class PacketMemory {
  readonly memory: WebAssembly.Memory;
  bytes: Uint8Array;
  /** What special loads give. */
  facts: PacketFacts = noFacts;

  constructor(bytes: number) {
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: 65536 });
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  /** Makes room for at least so many bytes. */
  ensure(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    this.memory.grow(Math.ceil((bytes - this.bytes.length) / PAGE));
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  instantiate(module: WasmModule): WebAssembly.Exports {
    const special = (...values: readonly number[]): number => {
      const [offset = 0, access = 0, a = 0, x = 0, base = 0, captured = 0] = values.map((value) => value >>> 0);
      const data = this.bytes.subarray(base, base + captured);
      const load = { data, offset, size: access & 7, absolute: (access & ABSOLUTE_ACCESS) !== 0, a, x };
      return specialWord(load, this.facts) ?? -1;
    };
    const compiled = new WebAssembly.Module(module.finish());
    return new WebAssembly.Instance(compiled, { m: { memory: this.memory, special } }).exports;
  }
}

/**
 * Compiles a classic program to WebAssembly; same meaning as {@link interpretClassic}. Programs that jump back, which only
 * libpcap's rules allow, are interpreted, since they need a budget.
 * @throws VmError where the rules refuse the program.
 */
export function compileClassic(
  instructions: readonly ClassicInstruction[],
  options: ClassicOptions = {},
): ClassicFilter {
  const code = checkClassic(instructions, options);
  if (jumpsBack(code)) return interpretClassic(instructions, options);
  const module = new WasmModule();
  module.export('filter', defineFilter(module, code, options.rules ?? 'linux'));
  const packets = new PacketMemory(PAGE);
  const filter = packets.instantiate(module).filter as Filter;
  return (packet, wireLength = packet.length, facts = noFacts) => {
    packets.ensure(packet.length);
    packets.bytes.set(packet);
    packets.facts = facts;
    return filter(0, packet.length, wireLength) >>> 0;
  };
}

/** A filter over buffers of packet records. */
export interface ClassicBatch {
  /** Bytes of records that {@link input} holds. */
  readonly capacity: number;
  /** Write records here, the first at 0. */
  readonly input: Uint8Array;
  /**
   * Filters the records in the first `length` bytes. `matches` are offsets of record headers in the input, valid until the
   * next call; `consumed` bytes were whole records, `packets` of them.
   */
  run(length: number): { readonly matches: Uint32Array; readonly consumed: number; readonly packets: number };
}

/**
 * Compiles a classic program into a loop over a buffer of pcap records, which never leaves WebAssembly between packets.
 * Special loads (Linux's ancillary data) see no packet facts here.
 * @throws VmError where the rules refuse the program, UsageError where it jumps back.
 */
export function compileClassicBatch(
  instructions: readonly ClassicInstruction[],
  format: BatchFormat,
  options: ClassicOptions & { readonly capacity?: number } = {},
): ClassicBatch {
  const code = checkClassic(instructions, options);
  if (jumpsBack(code)) throw new UsageError('a program that jumps back cannot be compiled; it would need a budget');
  const { capacity = 1 << 20 } = options;
  const module = new WasmModule();
  defineLoop(module, code, format, options.rules ?? 'linux');
  const outStart = PAGE + Math.ceil(capacity / 8) * 8;
  const packets = new PacketMemory(outStart + Math.ceil(capacity / RECORD_HEADER) * 4 + 4);
  const loop = packets.instantiate(module).run as (start: number, end: number, out: number) => number;
  const results = new Uint32Array(packets.memory.buffer, 0, 2);
  const input = packets.bytes.subarray(PAGE, PAGE + capacity);
  return {
    capacity,
    input,
    run: (length): { matches: Uint32Array; consumed: number; packets: number } => {
      if (!(length >= 0 && length <= capacity)) throw new UsageError(`${length} bytes do not fit ${capacity}`);
      const count = loop(PAGE, PAGE + length, outStart);
      const matches = new Uint32Array(packets.memory.buffer, outStart, count);
      return {
        matches,
        consumed: results[batchResult.consumed / 4] as number,
        packets: results[batchResult.packets / 4] as number,
      };
    },
  };
}
