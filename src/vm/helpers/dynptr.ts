// Dynamic pointers: 16 bytes on the program's stack that stand for a piece of memory with its size
// (`struct bpf_dynptr_kern`; the layout is the machine's own: address, size, offset, kind).

import { errno } from '../errno.ts';
import type { MachineMemory } from '../memory/machine-memory.ts';
import type { Helper, HelperCall } from './helper-call.ts';

/** What a dynptr stands for; 0 is none. */
export const dynptrKinds = { none: 0, local: 1, ringBuffer: 2, readOnly: 3 } as const;

/** A dynptr's contents. */
export interface Dynptr {
  readonly data: number;
  readonly size: number;
  readonly kind: number;
}

/** Fills the 16 bytes of a dynptr. */
export function writeDynptr(memory: MachineMemory, at: number, { data, size, kind }: Dynptr): void {
  memory.setU32(at, data);
  memory.setU32(at + 4, size);
  memory.setU32(at + 8, 0);
  memory.setU32(at + 12, kind);
}

/** Reads a dynptr argument. */
export function dynptrOf(call: HelperCall, n: number): Dynptr {
  const at = call.readable(n, 16);
  const { memory } = call;
  return { data: memory.u32(at), size: memory.u32(at + 4), kind: memory.u32(at + 12) };
}

function fromMemory(call: HelperCall): number {
  const at = call.writable(4, 16);
  const size = call.u32(2);
  const data = call.readable(1, size);
  if (call.number(3) !== 0) {
    writeDynptr(call.memory, at, { data: 0, size: 0, kind: 0 });
    return -errno.EINVAL;
  }
  writeDynptr(call.memory, at, { data, size, kind: dynptrKinds.local });
  return 0;
}

/** Why a piece of a dynptr cannot be had; 0 where it can. */
function refusal({ kind, size }: Dynptr, offset: number, length: number): number {
  if (kind === 0) return -errno.EINVAL;
  return offset + length > size ? -errno.E2BIG : 0;
}

function read(call: HelperCall): number {
  const length = call.u32(2);
  const to = call.writable(1, length);
  const pointer = dynptrOf(call, 3);
  const offset = call.u32(4);
  const refused = refusal(pointer, offset, length);
  if (refused !== 0 || call.number(5) !== 0) return refused || -errno.EINVAL;
  const from = pointer.data + offset;
  call.memory.u8.copyWithin(to, from, from + length);
  return 0;
}

function write(call: HelperCall): number {
  const pointer = dynptrOf(call, 1);
  const offset = call.u32(2);
  const length = call.u32(4);
  const from = call.readable(3, length);
  const refused = refusal(pointer, offset, length);
  if (refused !== 0) return refused;
  if (pointer.kind === dynptrKinds.readOnly || call.number(5) !== 0) return -errno.EINVAL;
  if (!call.memory.canAccess(pointer.data + offset, length, true)) return -errno.EINVAL;
  call.memory.u8.copyWithin(pointer.data + offset, from, from + length);
  return 0;
}

function slice(call: HelperCall): number {
  const pointer = dynptrOf(call, 1);
  const offset = call.u32(2);
  return refusal(pointer, offset, call.u32(3)) === 0 && pointer.kind !== dynptrKinds.readOnly
    ? pointer.data + offset
    : 0;
}

/** Helpers by name without `bpf_`. */
export const dynptrHelpers: Record<string, Helper> = {
  dynptr_from_mem: fromMemory,
  dynptr_read: read,
  dynptr_write: write,
  dynptr_data: slice,
};
