// One program into the kernel: first quickly and without a log, then with less for older kernels, at last again for its log.
// Source: what libbpf 1.5 does in bpf_object_load_prog, and bpf_prog_load_attr of include/uapi/linux/bpf.h (v6.18).

import { decodeCString, SyscallError, UnsupportedError } from '../base/index.ts';
import { kernelName, type ProgramSpec, requireProgramType } from '../object/index.ts';
import { attachTypes, programTypes } from '../spec/index.ts';
import {
  type BpfAttribute,
  errno,
  errnoName,
  Fd,
  kernelVersionCode,
  systemCallFailure,
  tryLoadProgram,
} from '../sys/index.ts';
import { encodeFuncInfo, encodeLineInfo, funcInfoBytes, lineInfoBytes, type StringOffsets } from './debug-info.ts';
import type { LoadedBtf } from './load-btf.ts';
import { hasProgramType } from './probes/program-types.ts';
import { verifierError } from './verifier-log.ts';

type LoadAttribute = BpfAttribute<'BPF_PROG_LOAD'>;

/** A program with everything resolved. */
export interface LoadRequest {
  readonly spec: ProgramSpec;
  readonly code: Uint8Array;
  readonly license: string;
  readonly kernelVersion: number;
  readonly btf?: LoadedBtf | undefined;
  readonly strings?: StringOffsets | undefined;
  readonly attachBtfId?: number;
  /** Descriptor of the module's BTF or of the program that `attachBtfId` belongs to. */
  readonly attachFd?: number | undefined;
  /** Overrides the spec's attach type: struct_ops programs say their member's index. */
  readonly expectedAttachType?: number;
  /** Descriptors of the modules' BTF that calls refer to by index, from 1. */
  readonly moduleFds?: readonly Fd[];
  readonly logLevel?: number;
  readonly typeName?: (id: number) => string | undefined;
}

/** A program in the kernel. */
export interface LoadedCode {
  readonly fd: Fd;
  readonly log: string;
  readonly expectedAttachType: number;
}

const attachNumbers = new Map<string, number>(attachTypes.map(({ name, value }) => [name, value]));
const typeRows = new Map(programTypes.map((row) => [row.name, row]));
const slotBytes = 8;
const logStatistics = 4;
const firstLogBytes = 1 << 16;
/** The kernel takes up to 2^30 since 5.16, 2^24 before (`bpf_verifier_log_attr_valid`). */
const largestLogBytes = 1 << 24;

function attributeOf(request: LoadRequest): LoadAttribute {
  const { spec, code, btf, strings } = request;
  const type = typeRows.get(requireProgramType(spec));
  const expected = request.expectedAttachType ?? (spec.attachType && attachNumbers.get(spec.attachType));
  return {
    prog_type: type?.value,
    insn_cnt: code.byteLength / slotBytes,
    insns: code,
    license: Buffer.from(`${request.license}\0`),
    kern_version: request.kernelVersion || (spec.type === 'kprobe' ? kernelVersionCode() : 0),
    prog_flags: spec.flags,
    prog_name: kernelName(spec.name),
    expected_attach_type: expected ?? 0,
    attach_btf_id: request.attachBtfId ?? 0,
    attach_prog_fd: request.attachFd ?? 0,
    ...(btf && strings ? debugAttribute(spec, btf, strings) : {}),
    ...(request.moduleFds?.length ? { fd_array: fdArray(request.moduleFds) } : {}),
  };
}

function debugAttribute(spec: ProgramSpec, btf: LoadedBtf, strings: StringOffsets): LoadAttribute {
  const functions = encodeFuncInfo(spec.funcInfo);
  const lines = spec.funcInfo.length > 0 ? encodeLineInfo(spec.lines, strings) : new Uint8Array(0);
  if (functions.byteLength === 0) return { prog_btf_fd: btf.fd.number };
  return {
    prog_btf_fd: btf.fd.number,
    func_info: functions,
    func_info_rec_size: funcInfoBytes,
    func_info_cnt: functions.byteLength / funcInfoBytes,
    ...(lines.byteLength > 0
      ? { line_info: lines, line_info_rec_size: lineInfoBytes, line_info_cnt: lines.byteLength / lineInfoBytes }
      : {}),
  };
}

function fdArray(modules: readonly Fd[]): Uint8Array {
  return new Uint8Array(new Int32Array([0, ...modules.map((fd) => fd.number)]).buffer);
}

/** What to leave out for a kernel that refuses an attribute it does not know: each on top of those before. */
const reductions: readonly ((attribute: LoadAttribute, spec: ProgramSpec) => LoadAttribute | undefined)[] = [
  leaveOutLines,
  leaveOutBtf,
  leaveOutName,
  leaveOutAttachType,
];

function leaveOutLines(attribute: LoadAttribute): LoadAttribute | undefined {
  if (!attribute.line_info) return undefined;
  return { ...attribute, line_info: undefined, line_info_cnt: 0, line_info_rec_size: 0 };
}

function leaveOutBtf(attribute: LoadAttribute): LoadAttribute | undefined {
  if (attribute.prog_btf_fd === undefined) return undefined;
  return { ...attribute, prog_btf_fd: undefined, func_info: undefined, func_info_cnt: 0, func_info_rec_size: 0 };
}

function leaveOutName(attribute: LoadAttribute): LoadAttribute | undefined {
  return attribute.prog_name ? { ...attribute, prog_name: '' } : undefined;
}

function leaveOutAttachType(attribute: LoadAttribute, spec: ProgramSpec): LoadAttribute | undefined {
  return attribute.expected_attach_type && spec.attachTypeOptional
    ? { ...attribute, expected_attach_type: 0 }
    : undefined;
}

const reducible: ReadonlySet<number> = new Set([-errno.EINVAL, -errno.E2BIG, -errno.ENOTSUPP]);

interface LoggedLoad {
  readonly result: number;
  readonly log: string;
}

/** Loads with a log, in a buffer that grows until the log fits. */
function loadWithLog(attribute: LoadAttribute, level: number): LoggedLoad {
  for (let size = firstLogBytes; ; ) {
    const buffer = new Uint8Array(size);
    const result = tryLoadProgram({ ...attribute, log_level: level, log_size: size, log_buf: buffer });
    const isTruncated = result === -errno.ENOSPC;
    if (!isTruncated || size >= largestLogBytes) {
      return { result, log: decodeCString(buffer) };
    }
    size = Math.min(size * 16, largestLogBytes);
  }
}

/**
 * Loads a program.
 * @throws VerifierError when the verifier refuses it; SyscallError or UnsupportedError when the kernel cannot or may not.
 */
export function loadProgram(request: LoadRequest): LoadedCode {
  const full = attributeOf(request);
  const level = request.logLevel ?? 0;
  const first = level > 0 ? loadWithWantedLog(full, level) : { result: tryLoadProgram(full), log: '' };
  if (first.result >= 0) return accept(request, full, first);
  const diagnosis = first.log.trim() === '' ? diagnose(full, first.result) : first;
  if (diagnosis.result >= 0) return accept(request, full, { ...diagnosis, log: '' });
  // A refused attribute leaves no log; with one, the verifier was reached and less will not help.
  if (diagnosis.log.trim() !== '') throw refusal(request, first.result, diagnosis.log);
  return loadReduced(request, full, first.result);
}

/** A log that does not fit even the largest buffer must not keep a good program out. */
function loadWithWantedLog(attribute: LoadAttribute, level: number): LoggedLoad {
  const attempt = loadWithLog(attribute, level);
  return attempt.result === -errno.ENOSPC ? { result: tryLoadProgram(attribute), log: attempt.log } : attempt;
}

function loadReduced(request: LoadRequest, full: LoadAttribute, firstResult: number): LoadedCode {
  let attribute = full;
  for (const reduce of reducible.has(firstResult) ? reductions : []) {
    const reduced = reduce(attribute, request.spec);
    if (!reduced) continue;
    attribute = reduced;
    const result = tryLoadProgram(attribute);
    if (result >= 0) return accept(request, attribute, { result, log: '' });
    // Now the verifier was reached.
    const { log } = diagnose(attribute, result);
    if (log.trim() !== '') throw refusal(request, result, log);
  }
  throw refusal(request, firstResult, '');
}

/** Loads once more, for the log: whole, or for programs that are too complex its summary, since the whole is endless. */
function diagnose(attribute: LoadAttribute, result: number): LoggedLoad {
  if (result === -errno.E2BIG) {
    const summary = loadWithLog(attribute, logStatistics);
    if (summary.log.trim() !== '') return summary;
  }
  return loadWithLog(attribute, 1);
}

function accept(request: LoadRequest, attribute: LoadAttribute, { result, log }: LoggedLoad): LoadedCode {
  const fd = new Fd(result, `program "${request.spec.name}"`);
  return { fd, log, expectedAttachType: attribute.expected_attach_type ?? 0 };
}

function refusal(request: LoadRequest, result: number, log: string): Error {
  const { spec, license, typeName } = request;
  const context = `load program "${spec.name}"`;
  const failure = systemCallFailure('bpf(BPF_PROG_LOAD)', result, context);
  if (log !== '') {
    return verifierError(log, { spec, license, ...(typeName ? { typeName } : {}), cause: failure });
  }
  const row = spec.type && typeRows.get(spec.type);
  if (row && result === -errno.EINVAL && !hasProgramType(row.name)) {
    return new UnsupportedError(`program "${spec.name}": program type ${row.name}`, {
      since: row.since,
      cause: failure,
    });
  }
  return new SyscallError('bpf(BPF_PROG_LOAD)', errnoName(-result), {
    context: `${context} (${spec.type}${spec.attachType ? `, ${spec.attachType}` : ''})`,
    hint: failure.hint,
  });
}
