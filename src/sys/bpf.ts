// `bpf(2)`: a command and its fields in, the kernel's result or a SyscallError out.

import { type BpfCommand, bpfCommands, linkCreateLayouts } from './bpf-layouts.ts';
import { errno } from './errno.ts';
import { checkResult } from './failure.ts';
import { Fd } from './fd.ts';
import type { EncodedStruct, Fields, StructInput, StructLayout, StructOutput } from './struct-layout.ts';
import { systemCalls } from './system-calls.ts';

type FieldsOf<L> = L extends StructLayout<infer F extends Fields> ? F : never;

/** What the attribute of command `C` may be given. */
export type BpfAttribute<C extends BpfCommand> = StructInput<FieldsOf<(typeof bpfCommands)[C]['layout']>>;

/** What the attribute of command `C` holds afterwards. */
export type BpfAttributeResult<C extends BpfCommand> = StructOutput<FieldsOf<(typeof bpfCommands)[C]['layout']>>;

/** Which variant of `link_create`'s union. */
export type LinkCreateKind = keyof typeof linkCreateLayouts;

/** What variant `K` of `link_create` may be given. */
export type LinkCreateAttribute<K extends LinkCreateKind> = StructInput<FieldsOf<(typeof linkCreateLayouts)[K]>>;

/** What a command gave: the system call's result (a negated errno if it failed) and the attribute as the kernel left it. */
export interface BpfOutcome<C extends BpfCommand> {
  readonly result: number;
  /** Decodes what the kernel wrote into the attribute. */
  attribute(): BpfAttributeResult<C>;
}

let neverKept: unknown;

/** A use after the call keeps the buffers an attribute points to from being collected during it. */
function keepAlive(values: object): void {
  if (values === neverKept) neverKept = undefined;
}

function call(number: number, encoded: EncodedStruct, values: object): number {
  const result = systemCalls().bpf(number, encoded.bytes, encoded.usedBytes);
  keepAlive(values);
  return result;
}

/** Runs a command; failures come back as a negated errno. Only the part of the attribute that is not zero is passed. */
export function tryBpf<C extends BpfCommand>(command: C, values: BpfAttribute<C>): BpfOutcome<C> {
  const { number, layout } = bpfCommands[command] as { number: number; layout: StructLayout<Fields> };
  const encoded = layout.encode(values);
  const result = call(number, encoded, values);
  return { result, attribute: () => layout.decode(encoded.bytes) as unknown as BpfAttributeResult<C> };
}

const loadRetries = 16;

/** `BPF_PROG_LOAD`, again when a signal was pending, with which the verifier gives up; a descriptor or a negated errno. */
export function tryLoadProgram(values: BpfAttribute<'BPF_PROG_LOAD'>): number {
  for (let round = 0; ; round++) {
    const { result } = tryBpf('BPF_PROG_LOAD', values);
    if (result !== -errno.EAGAIN || round === loadRetries) return result;
  }
}

/** Runs a command. @throws SyscallError when it fails; `context` says what it was for, as in `create map "counts"`. */
export function bpf<C extends BpfCommand>(command: C, values: BpfAttribute<C>, context?: string): BpfOutcome<C> {
  const outcome = tryBpf(command, values);
  checkResult(`bpf(${command})`, outcome.result, context);
  return outcome;
}

/** Runs a command that opens a descriptor. @throws SyscallError when it fails. */
export function bpfFd<C extends BpfCommand>(command: C, values: BpfAttribute<C>, label: string): Fd {
  return new Fd(bpf(command, values, label).result, label);
}

/** `BPF_LINK_CREATE` with a variant of its union; the result or a negated errno. */
export function tryLinkCreate<K extends LinkCreateKind>(kind: K, values: LinkCreateAttribute<K>): number {
  const layout = linkCreateLayouts[kind] as unknown as StructLayout<Fields>;
  return call(bpfCommands.BPF_LINK_CREATE.number, layout.encode(values as StructInput<Fields>), values);
}

/** `BPF_LINK_CREATE` with a variant of its union. @throws SyscallError when it fails. */
export function linkCreate<K extends LinkCreateKind>(kind: K, values: LinkCreateAttribute<K>, label: string): Fd {
  return new Fd(checkResult('bpf(BPF_LINK_CREATE)', tryLinkCreate(kind, values), label), label);
}

/** `BPF_OBJ_GET_INFO_BY_FD`. `request` presets counts and pointers of arrays that are to be filled. */
export function objectInfo<F extends Fields>(
  fd: number,
  layout: StructLayout<F>,
  request: StructInput<F> = {},
): StructOutput<F> {
  const { bytes } = layout.encode(request);
  bpf('BPF_OBJ_GET_INFO_BY_FD', { bpf_fd: fd, info_len: bytes.byteLength, info: bytes }, layout.name);
  keepAlive(request);
  return layout.decode(bytes);
}
