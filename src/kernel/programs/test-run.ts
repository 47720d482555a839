// `BPF_PROG_TEST_RUN`: runs a loaded program on input of the caller's.
// Source: net/bpf/test_run.c, kernel/bpf/syscall.c bpf_prog_test_run (v6.18).

import { UnsupportedError } from '../../base/index.ts';
import type { RunInput, RunResult } from '../../host/index.ts';
import type { ProgramTypeName } from '../../spec/index.ts';
import { type BpfAttribute, errno, systemCallFailure, tryBpf } from '../../sys/index.ts';

/** What the kernel gives back for a program type, and whether it can repeat. */
interface RunKind {
  /** Data the program may have changed. */
  readonly data: boolean;
  /** `copy`: the context in a buffer of its own; `in-place`: written over the input; `none`. */
  readonly context: 'copy' | 'in-place' | 'none';
  readonly repeat: boolean;
}

const packet: RunKind = { data: true, context: 'copy', repeat: true };
const contextOnly: RunKind = { data: false, context: 'none', repeat: false };

const kinds: Partial<Record<ProgramTypeName, RunKind>> = {
  raw_tracepoint: contextOnly,
  raw_tracepoint_writable: contextOnly,
  tracing: contextOnly,
  struct_ops: contextOnly,
  syscall: { data: false, context: 'in-place', repeat: false },
  sk_lookup: { data: false, context: 'copy', repeat: true },
  netfilter: { data: true, context: 'none', repeat: true },
};

/** Live frames leave for the network: nothing comes back (`BPF_F_TEST_XDP_LIVE_FRAMES`). */
const liveFrames = 2;
/** Room for programs that enlarge the packet: a packet has at most 64 KiB. */
const growthBytes = 1 << 16;
/** A signal interrupts a run with many repetitions. */
const interruptRetries = 10;

/** The program to run. */
export interface RunnableProgram {
  readonly fd: number;
  readonly type: ProgramTypeName | undefined;
  readonly label: string;
}

/** @throws SyscallError; UnsupportedError where the kernel cannot run programs of this type */
export function testRun(program: RunnableProgram, input: RunInput): RunResult {
  const kind = (program.type && kinds[program.type]) ?? packet;
  const { data, context, flags = 0 } = input;
  const live = (flags & liveFrames) !== 0;
  const dataOut = kind.data && data && !live ? new Uint8Array(data.byteLength + growthBytes) : undefined;
  const contextIn = context?.slice();
  const contextOut = contextBuffer(kind, contextIn, live);
  const attribute: BpfAttribute<'BPF_PROG_TEST_RUN'> = {
    prog_fd: program.fd,
    data_in: data,
    data_size_in: data?.byteLength ?? 0,
    data_out: dataOut,
    data_size_out: dataOut?.byteLength ?? 0,
    ctx_in: contextIn,
    ctx_size_in: contextIn?.byteLength ?? 0,
    ctx_out: kind.context === 'copy' ? contextOut : undefined,
    ctx_size_out: kind.context === 'copy' ? (contextOut?.byteLength ?? 0) : 0,
    repeat: input.repeat ?? (kind.repeat ? 1 : 0),
    flags,
    cpu: input.cpu ?? 0,
  };
  const { result, attribute: after } = runUninterrupted(attribute);
  if (result < 0) throw failure(program, result);
  const { retval, duration, data_size_out: dataSize, ctx_size_out: contextSize } = after();
  return {
    returnValue: retval,
    data: dataOut?.slice(0, dataSize),
    context: contextOut && (kind.context === 'copy' ? contextOut.slice(0, contextSize) : contextOut),
    durationNs: duration,
    instructions: undefined,
  };
}

/** Where the context comes back: a buffer of its own, or the input's. */
function contextBuffer(kind: RunKind, input: Uint8Array | undefined, live: boolean): Uint8Array | undefined {
  if (!input || live || kind.context === 'none') return undefined;
  return kind.context === 'copy' ? new Uint8Array(input.byteLength) : input;
}

function runUninterrupted(
  attribute: BpfAttribute<'BPF_PROG_TEST_RUN'>,
): ReturnType<typeof tryBpf<'BPF_PROG_TEST_RUN'>> {
  let outcome = tryBpf('BPF_PROG_TEST_RUN', attribute);
  for (let round = 0; outcome.result === -errno.EINTR && round < interruptRetries; round++) {
    outcome = tryBpf('BPF_PROG_TEST_RUN', attribute);
  }
  return outcome;
}

function failure(program: RunnableProgram, result: number): Error {
  const error = systemCallFailure('bpf(BPF_PROG_TEST_RUN)', result, `run ${program.label}`);
  if (result !== -errno.ENOTSUPP && result !== -errno.EOPNOTSUPP) return error;
  return new UnsupportedError(`test runs of ${program.type ?? 'such'} programs`, { cause: error });
}
