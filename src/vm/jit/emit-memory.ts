// Loads, stores and atomic operations as WebAssembly. The machine runs one program at a time, so that plain accesses are
// atomic.

import type { AtomicOperation } from '../../isa/index.ts';
import { control } from '../memory/layout.ts';
import type { PreparedInstruction } from '../program/types.ts';
import { op } from '../wasm/code.ts';
import { emitAddress } from './emit-address.ts';
import type { Emitter, FunctionEmitter } from './function-emitter.ts';
import { local } from './function-emitter.ts';

const unsignedLoads: Record<number, number> = { 8: op.i64Load8U, 16: op.i64Load16U, 32: op.i64Load32U, 64: op.i64Load };
const signedLoads: Record<number, number> = { 8: op.i64Load8S, 16: op.i64Load16S, 32: op.i64Load32S };
const storesByWidth: Record<number, number> = {
  8: op.i64Store8,
  16: op.i64Store16,
  32: op.i64Store32,
  64: op.i64Store,
};

function load(width: number, signed: boolean): Emitter {
  const opcode = (signed ? signedLoads : unsignedLoads)[width] as number;
  return (e, { dst }, slot) => {
    const at = emitAddress(e, slot, { bytes: width / 8, write: false });
    e.code.memory(opcode, at);
    e.set(dst);
  };
}

function store(width: number): Emitter {
  return (e, instruction, slot) => {
    const at = emitAddress(e, slot, { bytes: width / 8, write: true });
    e.source(instruction);
    e.code.memory(storesByWidth[width] as number, at);
  };
}

interface AtomicMeaning {
  /** Combines old value and operand; undefined: the operand itself. */
  readonly opcode: number | undefined;
  readonly fetch: boolean;
}

const atomics: Record<Exclude<AtomicOperation, 'atomic-cmpxchg'>, AtomicMeaning> = {
  'atomic-add': { opcode: op.i64Add, fetch: false },
  'atomic-or': { opcode: op.i64Or, fetch: false },
  'atomic-and': { opcode: op.i64And, fetch: false },
  'atomic-xor': { opcode: op.i64Xor, fetch: false },
  'atomic-fetch-add': { opcode: op.i64Add, fetch: true },
  'atomic-fetch-or': { opcode: op.i64Or, fetch: true },
  'atomic-fetch-and': { opcode: op.i64And, fetch: true },
  'atomic-fetch-xor': { opcode: op.i64Xor, fetch: true },
  'atomic-xchg': { opcode: undefined, fetch: true },
};

/** Puts the address into the `narrow` local and the old value into `wide`; returns the constant offset. */
function loadOld(e: FunctionEmitter, instruction: PreparedInstruction, slot: number): number {
  const { width } = instruction.row;
  const at = emitAddress(e, slot, { bytes: width / 8, write: true });
  e.code
    .tee(local.narrow)
    .memory(unsignedLoads[width] as number, at)
    .set(local.wide);
  return at;
}

function atomic({ opcode, fetch }: AtomicMeaning): Emitter {
  return (e, instruction, slot) => {
    const at = loadOld(e, instruction, slot);
    e.code.get(local.narrow);
    if (opcode !== undefined) e.code.get(local.wide);
    e.get(instruction.src);
    if (opcode !== undefined) e.code.byte(opcode);
    e.code.memory(storesByWidth[instruction.row.width] as number, at);
    if (!fetch) return;
    e.code.get(local.wide);
    e.set(instruction.src);
  };
}

/** Compares with r0 (its low bits), stores the operand where equal, and leaves the old value in r0. */
const compareExchange: Emitter = (e, instruction, slot) => {
  const { width } = instruction.row;
  const at = loadOld(e, instruction, slot);
  e.code.get(local.narrow);
  e.get(instruction.src);
  e.code.get(local.wide).get(local.wide);
  e.get(0);
  if (width === 32) e.code.ops(op.i32WrapI64, op.i64ExtendI32U);
  e.code.ops(op.i64Eq, op.select).memory(storesByWidth[width] as number, at);
  e.code.get(local.wide);
  e.set(0);
};

/** Packet loads of old socket filters go to the machine: size, offset and context (r6) as arguments. */
function packetLoad(bytes: number, indirect: boolean): Emitter {
  return (e, { src, imm, target }) => {
    const { code } = e;
    code
      .i32(0)
      .i64(bytes)
      .memory(op.i64Store, control.arguments + 8);
    code.i32(0).i64(imm);
    if (indirect) {
      e.get(src);
      code.byte(op.i64Add);
    }
    code.memory(op.i64Store, control.arguments + 16).i32(0);
    e.get(6);
    code.memory(op.i64Store, control.arguments + 24);
    e.saveBudget();
    code.i32(target).get(local.bottom).call(e.links.callOut);
    e.loadBudget();
    e.returnIf(() => code.i64(0));
    code.i32(0).memory(unsignedLoads[32] as number, control.arguments);
    e.set(0);
  };
}

/** Emitters by key; see program/keys.ts. */
export const memoryEmitters: Record<string, Emitter> = {
  'atomic-cmpxchg32': compareExchange,
  'atomic-cmpxchg64': compareExchange,
};

for (const width of [8, 16, 32, 64]) {
  memoryEmitters[`load${width}`] = load(width, false);
  memoryEmitters[`load-acquire${width}`] = load(width, false);
  memoryEmitters[`store${width}`] = store(width);
  memoryEmitters[`store-release${width}`] = store(width);
  if (width === 64) continue;
  memoryEmitters[`load-signed${width}`] = load(width, true);
  memoryEmitters[`packet-absolute${width}`] = packetLoad(width / 8, false);
  memoryEmitters[`packet-indirect${width}`] = packetLoad(width / 8, true);
}
for (const [operation, meaning] of Object.entries(atomics)) {
  memoryEmitters[`${operation}32`] = atomic(meaning);
  memoryEmitters[`${operation}64`] = atomic(meaning);
}
