// Look-ups of map values compiled into programs: arrays by computing the address, hashes and tries by a function per map
// (emit-hash-lookup.ts).

import { ArrayMap } from '../maps/array-map.ts';
import { HashMap } from '../maps/hash-map.ts';
import { LpmTrie } from '../maps/lpm-trie.ts';
import type { MapStore } from '../maps/map-store.ts';
import { control } from '../memory/layout.ts';
import { writesDestination } from '../program/prepare.ts';
import type { PreparedInstruction, PreparedProgram } from '../program/types.ts';
import { op, valueType } from '../wasm/code.ts';
import type { WasmModule } from '../wasm/module.ts';
import { emitKeyAddress } from './emit-address.ts';
import { defineHashLookup, definePrefixLookup } from './emit-hash-lookup.ts';
import { isCall } from './flow-graph.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { local } from './function-emitter.ts';

/** Helper number of bpf_map_lookup_elem. */
export const MAP_LOOKUP = 1;

/** Longer keys are left to the helper. */
const LARGEST_KEY = 64;

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
  return target >= 0 && (row.class === 'jmp' || row.class === 'jmp32') && !isCall(row);
}

/** Whether look-ups of the map can be compiled in. */
export function canInlineLookup(map: MapStore): boolean {
  if (map instanceof ArrayMap) return true;
  const isHashed = map instanceof LpmTrie || (map instanceof HashMap && map.isPlain);
  return isHashed && map.spec.keySize <= LARGEST_KEY;
}

/** Defines the functions that look-ups of maps call, by map. */
export function defineLookups(module: WasmModule, maps: Iterable<MapStore>): ReadonlyMap<MapStore, number> {
  const defined = new Map<MapStore, number>();
  for (const map of maps) {
    if (map instanceof HashMap) defined.set(map, defineHashLookup(module, map));
    else if (map instanceof LpmTrie) defined.set(map, definePrefixLookup(module, map));
  }
  return defined;
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
