// Look-ups in hash tables and longest-prefix matches as Wasm functions `(key address) -> value address or 0`, one per map. They
// walk tables in memory as maps/hash-table.ts and maps/lpm-trie.ts lay them out.

import type { HashMap } from '../maps/hash-map.ts';
import type { HashTable } from '../maps/hash-table.ts';
import { nodeLayout } from '../maps/hash-table.ts';
import type { LpmTrie } from '../maps/lpm-trie.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import type { WasmModule } from '../wasm/module.ts';

const MULTIPLIER = 0x9e37_79b1 | 0;

/** A part of a key: how to push it, and where it lies in a node's key. */
interface KeyPart {
  readonly offset: number;
  readonly opcode: number;
  readonly push: () => void;
}

/** Bytes of a key in pieces of 4, then 1. */
function pieces(keySize: number): { offset: number; opcode: number }[] {
  const words = keySize >> 2;
  return [
    ...Array.from({ length: words }, (_, index) => ({ offset: index * 4, opcode: op.i32Load })),
    ...Array.from({ length: keySize & 3 }, (_, index) => ({ offset: words * 4 + index, opcode: op.i32Load8U })),
  ];
}

/** Locals that {@link probe} uses. */
interface ProbeLocals {
  readonly hash: number;
  readonly node: number;
}

/** Returns the value's address where the table has the key; goes on where it has not. */
function probe(code: WasmCode, table: HashTable, parts: readonly KeyPart[], { hash, node }: ProbeLocals): void {
  code.i32(table.keySize).set(hash);
  for (const { push } of parts) {
    code.get(hash);
    push();
    code.byte(op.i32Xor).i32(MULTIPLIER).byte(op.i32Mul).tee(hash);
    code.get(hash).i32(15).ops(op.i32ShrU, op.i32Xor).set(hash);
  }
  code.get(hash).i32(table.buckets.mask).byte(op.i32And).i32(2).byte(op.i32Shl);
  code.memory(op.i32Load, table.buckets.start).set(node);
  code.block().loop().get(node).byte(op.i32Eqz).brIf(1);
  // Another key: on to the next node.
  code.block().get(node).memory(op.i32Load, nodeLayout.hash).get(hash).byte(op.i32Ne).brIf(0);
  for (const { offset, opcode, push } of parts) {
    code.get(node).memory(opcode, nodeLayout.key + offset);
    push();
    code.byte(op.i32Ne).brIf(0);
  }
  code.get(node).i32(table.valueOffset).byte(op.i32Add).byte(op.return).end();
  code.get(node).memory(op.i32Load, nodeLayout.next).set(node).br(0).end().end();
}

function defineLookup(module: WasmModule, code: WasmCode, localCount: number): number {
  const index = module.declare({ parameters: [valueType.i32], results: [valueType.i32] });
  module.define(index, [{ count: localCount, type: valueType.i32 }], code.i32(0));
  return index;
}

/** Defines the look-up of a hash map. */
export function defineHashLookup(module: WasmModule, { table, spec }: HashMap): number {
  const [key, hash, node] = [0, 1, 2];
  const code = new WasmCode(512);
  const parts = pieces(spec.keySize).map(({ offset, opcode }) => ({
    offset,
    opcode,
    push: (): void => void code.get(key).memory(opcode, offset),
  }));
  probe(code, table, parts, { hash, node });
  return defineLookup(module, code, 2);
}

/** Defines the look-up of a longest prefix: probes with the key cut to each length that occurs, the longest first. */
export function definePrefixLookup(module: WasmModule, { compiled, spec }: LpmTrie): number {
  const [key, hash, node, entry, length] = [0, 1, 2, 3, 4];
  const code = new WasmCode(512);
  const parts = pieces(spec.keySize).map(({ offset, opcode }) => ({
    offset,
    opcode,
    push: (): void => {
      if (offset === 0) code.get(length);
      else code.get(key).memory(opcode, offset).get(entry).memory(opcode, offset).byte(op.i32And);
    },
  }));
  code.get(key).memory(op.i32Load, 0).i32(compiled.maxPrefix).byte(op.i32GtU).if().i32(0).byte(op.return).end();
  code.i32(compiled.lengths).set(entry);
  code.block().loop();
  code.get(entry).memory(op.i32Load, 0).tee(length).i32(-1).byte(op.i32Eq).brIf(1);
  code.get(length).get(key).memory(op.i32Load, 0).byte(op.i32LeU).if();
  probe(code, compiled.table, parts, { hash, node });
  code.end();
  code.get(entry).i32(spec.keySize).byte(op.i32Add).set(entry).br(0).end().end();
  return defineLookup(module, code, 4);
}
