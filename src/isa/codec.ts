// Instructions to bytes and back, extended and classic, in either byte order.

import type { Endian } from '../base/index.ts';
import { FormatError } from '../base/index.ts';
import { lddwOpcode } from './lookup.ts';
import type { ClassicInstruction, Instruction } from './types.ts';

/** Size of one instruction slot in bytes, classic and extended alike. */
export const slotBytes = 8;

function viewOf(bytes: Uint8Array, what: string): DataView {
  if (bytes.byteLength % slotBytes !== 0) {
    const offset = bytes.byteLength - (bytes.byteLength % slotBytes);
    throw new FormatError(what, `length ${bytes.byteLength} is not a multiple of ${slotBytes}`, { offset });
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Decodes a program, one {@link Instruction} per slot. In big-endian programs the two register fields change places too.
 * @throws FormatError where the length is no multiple of 8 or the last slot is half a 64-bit immediate load.
 */
export function decode(bytes: Uint8Array, endian: Endian = 'little'): Instruction[] {
  const what = 'BPF program';
  const view = viewOf(bytes, what);
  const little = endian === 'little';
  const instructions: Instruction[] = new Array(bytes.byteLength / slotBytes);
  let isSecondHalf = false;
  for (let slot = 0, at = 0; slot < instructions.length; slot++, at += slotBytes) {
    const opcode = view.getUint8(at);
    const registers = view.getUint8(at + 1);
    const low = registers & 0xf;
    const high = registers >> 4;
    instructions[slot] = {
      opcode,
      dst: little ? low : high,
      src: little ? high : low,
      offset: view.getInt16(at + 2, little),
      imm: view.getInt32(at + 4, little),
    };
    isSecondHalf = opcode === lddwOpcode && !isSecondHalf;
  }
  if (isSecondHalf) {
    throw new FormatError(what, 'second half of the 64-bit immediate is missing', { offset: bytes.byteLength });
  }
  return instructions;
}

/** Encodes a program; the inverse of {@link decode}. Fields are cut to their width. */
export function encode(instructions: readonly Instruction[], endian: Endian = 'little'): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(instructions.length * slotBytes);
  const view = new DataView(bytes.buffer);
  const little = endian === 'little';
  let at = 0;
  for (const { opcode, dst, src, offset, imm } of instructions) {
    bytes[at] = opcode;
    bytes[at + 1] = little ? (src << 4) | (dst & 0xf) : (dst << 4) | (src & 0xf);
    view.setInt16(at + 2, offset, little);
    view.setInt32(at + 4, imm, little);
    at += slotBytes;
  }
  return bytes;
}

/**
 * Decodes a classic program (`struct sock_filter[]`).
 * @throws FormatError where the length is no multiple of 8.
 */
export function decodeClassic(bytes: Uint8Array, endian: Endian = 'little'): ClassicInstruction[] {
  const view = viewOf(bytes, 'classic BPF program');
  const little = endian === 'little';
  return Array.from({ length: bytes.byteLength / slotBytes }, (_, index) => ({
    code: view.getUint16(index * slotBytes, little),
    jt: view.getUint8(index * slotBytes + 2),
    jf: view.getUint8(index * slotBytes + 3),
    k: view.getUint32(index * slotBytes + 4, little),
  }));
}

/** Encodes a classic program; the inverse of {@link decodeClassic}. */
export function encodeClassic(
  instructions: readonly ClassicInstruction[],
  endian: Endian = 'little',
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(instructions.length * slotBytes);
  const view = new DataView(bytes.buffer);
  const little = endian === 'little';
  for (const [index, { code, jt, jf, k }] of instructions.entries()) {
    view.setUint16(index * slotBytes, code, little);
    bytes[index * slotBytes + 2] = jt;
    bytes[index * slotBytes + 3] = jf;
    view.setUint32(index * slotBytes + 4, k, little);
  }
  return bytes;
}
