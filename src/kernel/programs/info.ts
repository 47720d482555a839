// What the kernel tells about a loaded program: its info, its instructions as translated and as compiled.

import type { ProgramStatistics } from '../../host/index.ts';
import { type ProgramTypeName, programTypes } from '../../spec/index.ts';
import { bpfFd, type Fd, objectInfo, programInfoLayout } from '../../sys/index.ts';

const typeNames = new Map<number, ProgramTypeName>(programTypes.map(({ value, name }) => [value, name]));
const statsRunTime = 0; // BPF_STATS_RUN_TIME

/** A loaded program, as `bpftool prog show` describes it. */
export interface ProgramInfo {
  readonly id: number;
  readonly name: string;
  /** Undefined for a type newer than the tables. */
  readonly type: ProgramTypeName | undefined;
  readonly typeNumber: number;
  /** Hash of the instructions, 16 hexadecimal digits. */
  readonly tag: string;
  readonly gplCompatible: boolean;
  /** Nanoseconds since boot. */
  readonly loadTimeNs: bigint;
  readonly createdByUid: number;
  readonly mapIds: readonly number[];
  readonly btfId: number;
  readonly attachBtfId: number;
  readonly attachBtfObjectId: number;
  /** Size of the translated program in bytes. */
  readonly xlatedSizeBytes: number;
  /** Size of the compiled program in bytes; 0 where it is interpreted. */
  readonly jitedSizeBytes: number;
  /** Instructions the verifier explored. Since Linux 5.16. */
  readonly verifiedInstructions: number;
  /** Counted while statistics are on, see {@link enableRunStatistics}. */
  readonly runTimeNs: bigint;
  readonly runCount: bigint;
  readonly recursionMisses: bigint;
}

/** @throws SyscallError */
export function programInfo(fd: number): ProgramInfo {
  const { nr_map_ids: mapCount } = objectInfo(fd, programInfoLayout);
  const mapIds = new Uint32Array(mapCount);
  const info = objectInfo(fd, programInfoLayout, { map_ids: new Uint8Array(mapIds.buffer), nr_map_ids: mapCount });
  return {
    id: info.id,
    name: info.name,
    type: typeNames.get(info.type),
    typeNumber: info.type,
    tag: Buffer.from(info.tag).toString('hex'),
    gplCompatible: (info.gpl_compatible & 1) === 1,
    loadTimeNs: info.load_time,
    createdByUid: info.created_by_uid,
    mapIds: [...mapIds].slice(0, info.nr_map_ids),
    btfId: info.btf_id,
    attachBtfId: info.attach_btf_id,
    attachBtfObjectId: info.attach_btf_obj_id,
    xlatedSizeBytes: info.xlated_prog_len,
    jitedSizeBytes: info.jited_prog_len,
    verifiedInstructions: info.verified_insns,
    runTimeNs: info.run_time_ns,
    runCount: info.run_cnt,
    recursionMisses: info.recursion_misses,
  };
}

/** Runs and run time; zero unless statistics are on. @throws SyscallError */
export function programStatistics(fd: number): ProgramStatistics {
  const info = objectInfo(fd, programInfoLayout);
  return { runCount: info.run_cnt, runTimeNs: info.run_time_ns };
}

/**
 * The instructions after the verifier rewrote them, as `bpftool prog dump xlated` prints them. Empty without CAP_PERFMON, or
 * where kernel addresses are restricted.
 */
export function translatedInstructions(fd: number): Uint8Array {
  const { xlated_prog_len: size } = objectInfo(fd, programInfoLayout);
  const bytes = new Uint8Array(size);
  const info = objectInfo(fd, programInfoLayout, { xlated_prog_insns: bytes, xlated_prog_len: size });
  return info.xlated_prog_insns === 0n ? new Uint8Array(0) : bytes.subarray(0, info.xlated_prog_len);
}

/** A compiled function of a program. */
export interface JitedFunction {
  /** Where it is in kernel memory; 0 where addresses are restricted. */
  readonly address: bigint;
  readonly code: Uint8Array;
}

/** The machine code of the program and its subprograms; none where it is interpreted or restricted. */
export function jitedFunctions(fd: number): readonly JitedFunction[] {
  const sizes = objectInfo(fd, programInfoLayout);
  const code = new Uint8Array(sizes.jited_prog_len);
  const addresses = new BigUint64Array(sizes.nr_jited_ksyms);
  const lengths = new Uint32Array(sizes.nr_jited_func_lens);
  const info = objectInfo(fd, programInfoLayout, {
    jited_prog_insns: code,
    jited_prog_len: code.byteLength,
    jited_ksyms: new Uint8Array(addresses.buffer),
    nr_jited_ksyms: addresses.length,
    jited_func_lens: new Uint8Array(lengths.buffer),
    nr_jited_func_lens: lengths.length,
  });
  if (info.jited_prog_insns === 0n || info.jited_prog_len === 0) return [];
  if (lengths.length === 0) return [{ address: addresses[0] ?? 0n, code }];
  let start = 0;
  return Array.from(lengths, (length, index) => {
    const part = code.subarray(start, start + length);
    start += length;
    return { address: addresses[index] ?? 0n, code: part };
  });
}

/** Makes the kernel count runs and run time of every program as long as the descriptor is open. Since Linux 5.8. @throws SyscallError */
export function enableRunStatistics(): Fd {
  return bpfFd('BPF_ENABLE_STATS', { type: statsRunTime }, 'run statistics');
}
