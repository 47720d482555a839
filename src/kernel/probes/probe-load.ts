// Loading of throw-away programs, for probes.

import { ByteWriter, decodeCString } from '../../base/index.ts';
import { type ProgramTypeName, programTypes } from '../../spec/index.ts';
import { type BpfAttribute, Fd, tryLoadProgram } from '../../sys/index.ts';

/**
 * One instruction slot: opcode, destination and source register, offset, immediate. Written by hand rather than by the builders of
 * isa/: its tables would cost every program that only loads something a part of its start-up time.
 */
export type Slot = readonly [opcode: number, dst: number, src: number, offset: number, imm: number];

/** `rDST = IMM` */
export const setRegister = (dst: number, imm: number): Slot => [0xb7, dst, 0, 0, imm];
/** `call #ID` */
export const callHelper = (id: number): Slot => [0x85, 0, 0, 0, id];
/** `exit` */
export const exit: Slot = [0x95, 0, 0, 0, 0];

function encodeSlots(slots: readonly Slot[]): Uint8Array {
  const writer = new ByteWriter();
  for (const [opcode, dst, src, offset, imm] of slots)
    writer
      .u8(opcode)
      .u8((src << 4) | dst)
      .u16(offset & 0xffff)
      .i32(imm);
  return writer.finish();
}

/** What loading a probe gave. */
export interface ProbeLoad {
  /** 0, or a negated errno. */
  readonly result: number;
  readonly log: string;
}

/** A program to try. */
export interface ProbeProgram {
  readonly type: ProgramTypeName;
  readonly code: readonly Slot[];
  readonly attribute?: BpfAttribute<'BPF_PROG_LOAD'>;
  /** Ask for the verifier's log. */
  readonly log?: boolean;
}

const logBytes = 8192;
const numbers = new Map<ProgramTypeName, number>(programTypes.map(({ name, value }) => [name, value]));

/** Loads a program; the descriptor is the caller's to close, or negative. */
export function openProbe({ type, code, attribute = {}, log }: ProbeProgram): { fd: number; log: string } {
  const insns = encodeSlots(code);
  const buffer = log ? new Uint8Array(logBytes) : undefined;
  const fd = tryLoadProgram({
    prog_type: numbers.get(type),
    insns,
    insn_cnt: insns.byteLength / 8,
    license: Buffer.from('GPL\0'),
    ...attribute,
    ...(buffer ? { log_level: 1, log_size: logBytes, log_buf: buffer } : {}),
  });
  return { fd, log: buffer ? decodeCString(buffer) : '' };
}

/** Loads a program and closes it at once. */
export function probeLoad(program: ProbeProgram): ProbeLoad {
  const { fd, log } = openProbe(program);
  if (fd >= 0) new Fd(fd, 'probe').close();
  return { result: Math.min(fd, 0), log };
}
