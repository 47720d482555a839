// Writes a relocated value into an instruction, after checking that it holds what the compiler must have left there.

import { FormatError } from '../../base/index.ts';

/** The decision about one relocation. */
export type Resolution =
  | { readonly poison: true }
  | {
      readonly poison: false;
      readonly original: bigint;
      readonly value: bigint;
      readonly validate: boolean;
      /** Sizes in bytes of a load or store on both sides; 0 where they do not matter. */
      readonly originalSize: number;
      readonly size: number;
      /** Whether a load or store may change its size: pointers and unsigned integers, whose upper bits are zero. */
      readonly resizable: boolean;
    };

type Value = Extract<Resolution, { poison: false }>;

/** An instruction in its program's bytes. */
interface Place {
  readonly view: DataView;
  readonly at: number;
}

const instructionClass = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, alu64: 7 } as const;
const classMask = 0x07;
const sizeMask = 0x18;
const registerSource = 0x08;
const lddw = 0x18;
const sizeCodes: ReadonlyMap<number, number> = new Map([
  [8, 0x18],
  [4, 0x00],
  [2, 0x08],
  [1, 0x10],
]);

const callOpcode = 0x85;
/** The helper that a poisoned instruction calls: 0xbad2310, "bad relo". No kernel has it; libbpf uses the same. */
export const poisonedHelper = 0xbad2310;

const patchers: Readonly<Record<number, (place: Place, value: Value) => boolean>> = {
  [instructionClass.alu]: patchImmediate,
  [instructionClass.alu64]: patchImmediate,
  [instructionClass.ldx]: patchOffset,
  [instructionClass.st]: patchOffset,
  [instructionClass.stx]: patchOffset,
  [instructionClass.ld]: patchWideImmediate,
};

/**
 * Patches the instruction at a slot in place; true where it had to be poisoned.
 * @throws FormatError when the instruction is not one that such a relocation applies to.
 */
export function patchInstruction(code: Uint8Array, slot: number, resolution: Resolution): boolean {
  const at = slot * 8;
  if (at + 8 > code.length) throw problem('lies outside the program');
  const place = { view: new DataView(code.buffer, code.byteOffset, code.byteLength), at };
  const opcode = code[at] ?? 0;
  if (opcode === lddw && at + 16 > code.length) throw problem('is cut off');
  if (resolution.poison) {
    poison(place);
    return true;
  }
  const patcher = patchers[opcode & classMask];
  if (!patcher) throw problem('is no load, store or arithmetic');
  const patched = patcher(place, resolution);
  if (!patched) poison(place);
  return !patched;
}

function problem(text: string): FormatError {
  return new FormatError('CO-RE relocation', `the instruction ${text}`);
}

function patchImmediate({ view, at }: Place, { original, value, validate }: Value): boolean {
  if (view.getUint8(at) & registerSource) throw problem('has no immediate');
  const immediate = view.getInt32(at + 4, true);
  if (validate && immediate !== Number(BigInt.asIntN(32, original)))
    throw problem(`holds ${immediate} where ${original} is expected`);
  view.setInt32(at + 4, Number(BigInt.asIntN(32, value)), true);
  return true;
}

function patchOffset({ view, at }: Place, resolution: Value): boolean {
  const { original, value, validate, originalSize, size, resizable } = resolution;
  const offset = view.getInt16(at + 2, true);
  if (validate && BigInt(offset) !== original) throw problem(`has offset ${offset} where ${original} is expected`);
  if (value > 0x7fffn) throw problem(`cannot hold the offset ${value}`);
  if (originalSize !== size && !resizable) return false;
  view.setInt16(at + 2, Number(value), true);
  if (originalSize === size) return true;
  const opcode = view.getUint8(at);
  if (sizeCodes.get(originalSize) !== (opcode & sizeMask))
    throw problem(`does not access the ${originalSize} bytes of its field`);
  const sizeCode = sizeCodes.get(size);
  if (sizeCode === undefined) throw problem(`cannot access ${size} bytes`);
  view.setUint8(at, (opcode & ~sizeMask) | sizeCode);
  return true;
}

function patchWideImmediate({ view, at }: Place, { original, value, validate }: Value): boolean {
  const isPlain =
    view.getUint8(at) === lddw && (view.getUint8(at + 1) & 0xf0) === 0 && view.getInt16(at + 2, true) === 0;
  if (!isPlain || view.getUint8(at + 8) !== 0 || view.getUint8(at + 9) !== 0 || view.getInt16(at + 10, true) !== 0)
    throw problem('is no plain 64-bit immediate load');
  const immediate = (BigInt(view.getUint32(at + 12, true)) << 32n) | BigInt(view.getUint32(at + 4, true));
  if (validate && immediate !== BigInt.asUintN(64, original))
    throw problem(`holds ${immediate} where ${original} is expected`);
  view.setUint32(at + 4, Number(BigInt.asUintN(32, value)), true);
  view.setUint32(at + 12, Number(BigInt.asUintN(32, value >> 32n)), true);
  return true;
}

/** Both slots of a wide load, lest the second be read as an instruction of its own. */
function poison({ view, at }: Place): void {
  const slots = view.getUint8(at) === lddw ? 2 : 1;
  for (let slot = 0; slot < slots; slot++) {
    const start = at + slot * 8;
    view.setUint8(start, callOpcode);
    view.setUint8(start + 1, 0);
    view.setUint16(start + 2, 0, true);
    view.setUint32(start + 4, poisonedHelper, true);
  }
}
