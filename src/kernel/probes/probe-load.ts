// Loading of throw-away programs, for probes.

import { encode, type Instruction } from '../../isa/index.ts';
import { type ProgramTypeName, programTypes } from '../../spec/index.ts';
import { type BpfAttribute, Fd, tryBpf } from '../../sys/index.ts';

/** What loading a probe gave. */
export interface ProbeLoad {
  /** 0, or a negated errno. */
  readonly result: number;
  readonly log: string;
}

/** A program to try. */
export interface ProbeProgram {
  readonly type: ProgramTypeName;
  readonly code: readonly Instruction[] | Uint8Array;
  readonly attribute?: BpfAttribute<'BPF_PROG_LOAD'>;
  /** Ask for the verifier's log. */
  readonly log?: boolean;
}

const logBytes = 8192;
const numbers = new Map<ProgramTypeName, number>(programTypes.map(({ name, value }) => [name, value]));
const decoder = new TextDecoder();

/** Loads a program; the descriptor is the caller's to close, or negative. */
export function openProbe({ type, code, attribute = {}, log }: ProbeProgram): { fd: number; log: string } {
  const insns = code instanceof Uint8Array ? code : encode(code);
  const buffer = log ? new Uint8Array(logBytes) : undefined;
  const { result } = tryBpf('BPF_PROG_LOAD', {
    prog_type: numbers.get(type),
    insns,
    insn_cnt: insns.byteLength / 8,
    license: Buffer.from('GPL\0'),
    ...attribute,
    ...(buffer ? { log_level: 1, log_size: logBytes, log_buf: buffer } : {}),
  });
  const end = buffer?.indexOf(0) ?? 0;
  return { fd: result, log: buffer ? decoder.decode(buffer.subarray(0, end < 0 ? logBytes : end)) : '' };
}

/** Loads a program and closes it at once. */
export function probeLoad(program: ProbeProgram): ProbeLoad {
  const { fd, log } = openProbe(program);
  if (fd >= 0) new Fd(fd, 'probe').close();
  return { result: Math.min(fd, 0), log };
}
