// Addresses of loads and stores, and the checks of checked mode.

import { FRAME_SIZE } from '../memory/layout.ts';
import { op, valueType } from '../wasm/code.ts';
import type { AccessGroup, Guess, PlacedAccess } from './access-groups.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { local } from './function-emitter.ts';

/** One access: `bytes` bytes at register `base` plus `offset`. */
export interface Access {
  readonly base: number;
  readonly offset: number;
  readonly bytes: number;
  readonly write: boolean;
}

function pushAddress(e: FunctionEmitter, base: number, offset: number): void {
  e.get(base);
  if (offset !== 0) e.code.i64(offset).byte(op.i64Add);
}

function bitmapOf(e: FunctionEmitter, write: boolean): number {
  return write ? e.links.writable : e.links.readable;
}

/** Stops at the first bad byte, by the bitmaps alone. */
function checkByBitmap(e: FunctionEmitter, slot: number, access: Access): void {
  const { code, links } = e;
  const kind = access.write ? 'bad-write' : 'bad-read';
  pushAddress(e, access.base, access.offset);
  code.tee(local.address).globalGet(links.limit).byte(op.i64GeU);
  e.faultIf(kind, slot);
  code.get(local.address).byte(op.i32WrapI64).tee(local.narrow).i32(3).byte(op.i32ShrU);
  code.globalGet(bitmapOf(e, access.write)).byte(op.i32Add);
  const mask = (1 << access.bytes) - 1;
  code.memory(access.bytes === 1 ? op.i32Load8U : op.i32Load16U, 0);
  code.get(local.narrow).i32(7).ops(op.i32And, op.i32ShrU).i32(mask).byte(op.i32And);
  if (access.bytes === 1) code.byte(op.i32Eqz);
  else code.i32(mask).byte(op.i32Ne);
  e.faultIf(kind, slot);
}

/** Pushes whether all bytes of a group lie where they are guessed to. */
function testGuess(e: FunctionEmitter, group: AccessGroup, guess: Guess): void {
  const { code } = e;
  const span = group.end - group.low;
  e.get(group.base);
  if (guess === 'frame') code.get(local.bottom).ops(op.i64ExtendI32U, op.i64Sub).i64(group.low).byte(op.i64Add);
  else code.i64(group.low - guess.start).byte(op.i64Add);
  const size = guess === 'frame' ? FRAME_SIZE : guess.size;
  code.i64(size - span + 1).byte(op.i64LtU);
}

/** Pushes whether the bitmaps allow all bytes of a group. */
function testBitmap(e: FunctionEmitter, group: AccessGroup): void {
  const { code, links } = e;
  const span = group.end - group.low;
  pushAddress(e, group.base, group.low);
  code.tee(local.address).globalGet(links.limit).byte(op.i64LtU).if(valueType.i32);
  code.get(local.address).byte(op.i32WrapI64).i32(3).byte(op.i32ShrU);
  code.globalGet(bitmapOf(e, group.writes)).byte(op.i32Add).memory(op.i64Load, 0);
  code.get(local.address).i64(7).ops(op.i64And, op.i64ShrU);
  const low = span >= 32 ? -1 : (1 << span) - 1;
  const high = span <= 32 ? 0 : 2 ** (span - 32) - 1;
  code.i64(low, high).byte(op.i64And).i64(low, high).byte(op.i64Eq);
  code.else().i32(0).end();
}

/** The guess of a group where it can help. */
function usefulGuess({ guess, writes, low, end }: AccessGroup): Guess | undefined {
  if (guess === undefined || guess === 'frame') return guess;
  return (!writes || guess.writable) && end - low <= guess.size ? guess : undefined;
}

/**
 * Checks an access. The first of a group tests all of the group's bytes at once, by a guess or by the bitmaps; where that
 * fails, each access is checked by itself, so that the fault is found where it happens.
 */
function check(e: FunctionEmitter, slot: number, access: Access, group: AccessGroup): void {
  const { code } = e;
  const guess = usefulGuess(group);
  if (group.count === 1 && guess === undefined) {
    checkByBitmap(e, slot, access);
    return;
  }
  const covered = local.covered + access.base;
  if (group.first === slot) {
    if (guess === undefined) testBitmap(e, group);
    else testGuess(e, group, guess);
    if (group.count > 1) code.tee(covered);
  } else {
    code.get(covered);
  }
  code.byte(op.i32Eqz).if();
  e.depth++;
  checkByBitmap(e, slot, access);
  e.depth--;
  code.end();
}

/**
 * Pushes the 32-bit address for an access, checked where that is asked for; returns the constant offset to go into the
 * instruction. Offsets of Wasm are not negative: all of a group start from its lowest.
 */
export function emitAddress(
  e: FunctionEmitter,
  slot: number,
  { bytes, write }: Pick<Access, 'bytes' | 'write'>,
): number {
  const { group, offset } = e.accesses[slot - e.start] as PlacedAccess;
  if (!group) {
    e.code.get(local.bottom);
    return FRAME_SIZE + offset;
  }
  const { base } = group;
  if (e.links.checked) check(e, slot, { base, offset, bytes, write }, group);
  const lowest = Math.min(0, group.low);
  e.getNarrow(base);
  if (lowest < 0) e.code.i32(lowest).byte(op.i32Add);
  return offset - lowest;
}

/** Pushes the address of a key (r2) of any size, checked where that is asked for. */
export function emitKeyAddress(e: FunctionEmitter, slot: number, bytes: number): void {
  if (e.links.checked) {
    for (let offset = 0; offset < bytes; offset += 8) {
      checkByBitmap(e, slot, { base: 2, offset, bytes: Math.min(8, bytes - offset), write: false });
    }
  }
  e.getNarrow(2);
}
