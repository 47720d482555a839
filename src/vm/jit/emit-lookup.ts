// Look-ups of map values compiled into programs: arrays by computing the address, hashes by a function per map that walks
// the table in memory as maps/hash-table.ts lays it out.

import { ArrayMap } from '../maps/array-map.ts';
import { HashMap } from '../maps/hash-map.ts';
import { nodeLayout } from '../maps/hash-table.ts';
import type { MapStore } from '../maps/map-store.ts';
import { control } from '../memory/layout.ts';
import { writesDestination } from '../program/prepare.ts';
import type { PreparedInstruction, PreparedProgram } from '../program/types.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import type { WasmModule } from '../wasm/module.ts';
import { emitKeyAddress } from './emit-address.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { local } from './function-emitter.ts';

/** Helper number of bpf_map_lookup_elem. */
export const MAP_LOOKUP = 1;

/** Longer keys are left to the helper. */
const LARGEST_KEY = 64;

const MULTIPLIER = 0x9e37_79b1 | 0;

/** Finds the map of a look-up: the `lddw` that set r1 in the same straight line of code. */
export function mapOfLookup(
  program: PreparedProgram,
  slot: number,
  mapByHandle: (handle: number) => MapStore | undefined,
): MapStore | undefined {
  for (let at = slot - 1; at >= 0 && slot - at < 32; at--) {
    const instruction = program.code[at];
    if (!instruction) continue;
    if (instruction.row.class === 'jmp' || instruction.row.class === 'jmp32') return undefined;
    if (instruction.dst !== 1 || !writesDestination(instruction.row)) continue;
    const isHandle = instruction.row.form === 'load-imm64' && instruction.high === 0;
    return isHandle && !isJumpTarget(program, at, slot) ? mapByHandle(instruction.imm >>> 0) : undefined;
  }
  return undefined;
}

const targetsByProgram = new WeakMap<PreparedProgram, Set<number>>();

/** Whether some jump leads between two slots, so that the first need not have run. */
function isJumpTarget(program: PreparedProgram, from: number, to: number): boolean {
  let targets = targetsByProgram.get(program);
  if (!targets) {
    targets = new Set(
      program.code.flatMap((instruction) => (instruction && jumps(instruction) ? [instruction.target] : [])),
    );
    targetsByProgram.set(program, targets);
  }
  for (let slot = from + 1; slot <= to; slot++) if (targets.has(slot)) return true;
  return false;
}

function jumps({ row, target }: PreparedInstruction): boolean {
  return target >= 0 && (row.class === 'jmp' || row.class === 'jmp32') && !row.operation.startsWith('call');
}

/** Whether look-ups of the map can be compiled in. */
export function canInlineLookup(map: MapStore): boolean {
  if (map instanceof ArrayMap) return true;
  return map instanceof HashMap && map.isPlain && map.spec.keySize <= LARGEST_KEY;
}

/** Bytes of a key in pieces of 4, then 1. */
function pieces(keySize: number): { offset: number; bytes: 1 | 4 }[] {
  const words = keySize >> 2;
  return [
    ...Array.from({ length: words }, (_, index) => ({ offset: index * 4, bytes: 4 as const })),
    ...Array.from({ length: keySize & 3 }, (_, index) => ({ offset: words * 4 + index, bytes: 1 as const })),
  ];
}

const loadOf = { 1: op.i32Load8U, 4: op.i32Load } as const;

/** Defines `(key address) -> value address or 0` for a hash map. */
export function defineHashLookup(module: WasmModule, map: HashMap): number {
  const { table, spec } = map;
  const [key, hash, node] = [0, 1, 2];
  const code = new WasmCode(512);
  code.i32(spec.keySize).set(hash);
  for (const { offset, bytes } of pieces(spec.keySize)) {
    code.get(hash).get(key).memory(loadOf[bytes], offset).byte(op.i32Xor).i32(MULTIPLIER).byte(op.i32Mul).tee(hash);
    code.get(hash).i32(15).ops(op.i32ShrU, op.i32Xor).set(hash);
  }
  code.get(hash).i32(table.buckets.mask).byte(op.i32And).i32(2).byte(op.i32Shl);
  code.memory(op.i32Load, table.buckets.start).set(node);
  code.block().loop().get(node).byte(op.i32Eqz).brIf(1);
  // Another key: on to the next node.
  code.block().get(node).memory(op.i32Load, nodeLayout.hash).get(hash).byte(op.i32Ne).brIf(0);
  for (const { offset, bytes } of pieces(spec.keySize)) {
    code
      .get(node)
      .memory(loadOf[bytes], nodeLayout.key + offset)
      .get(key)
      .memory(loadOf[bytes], offset)
      .byte(op.i32Ne)
      .brIf(0);
  }
  code.get(node).i32(table.valueOffset).byte(op.i32Add).byte(op.return).end();
  code.get(node).memory(op.i32Load, nodeLayout.next).set(node).br(0).end().end();
  code.i32(0);
  const index = module.declare({ parameters: [valueType.i32], results: [valueType.i32] });
  module.define(index, [{ count: 2, type: valueType.i32 }], code);
  return index;
}

/** Pushes the address of an array's element by the key at the address on the stack. */
function arrayLookup(e: FunctionEmitter, map: ArrayMap): void {
  const { code } = e;
  code.memory(op.i32Load, 0).tee(local.narrow).i32(map.spec.maxEntries).byte(op.i32LtU).if(valueType.i32);
  code.get(local.narrow).i32(map.valueStrideInMemory).byte(op.i32Mul).i32(map.base).byte(op.i32Add);
  if (map.spec.type === 'percpu_array') {
    code.i32(0).memory(op.i32Load, control.cpu).i32(map.elementSize).ops(op.i32Mul, op.i32Add);
  }
  code.else().i32(0).end();
}

/** Compiles a look-up in: r2 is the key's address, r0 becomes the value's. */
export function emitLookup(e: FunctionEmitter, map: MapStore, slot: number): void {
  emitKeyAddress(e, slot, map.spec.keySize);
  if (map instanceof ArrayMap) arrayLookup(e, map);
  else e.code.call(e.links.lookups.get(map) as number);
  e.code.byte(op.i64ExtendI32U);
  e.set(0);
}
