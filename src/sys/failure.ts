// Turns a negated errno into a SyscallError that says what to do about it.

import { SyscallError } from '../base/index.ts';
import { errnoMeaning, errnoName } from './errno.ts';
import { hintFor } from './hints.ts';
import type { SystemCallName } from './numbers.ts';
import { type SystemCallArgument, systemCalls } from './system-calls.ts';

/** The error for `result` (a negated errno) of `call`, as in `bpf(BPF_MAP_CREATE)`. */
export function systemCallFailure(call: string, result: number, context?: string): SyscallError {
  const name = errnoName(-result);
  const hint = hintFor(call, name) ?? errnoMeaning(-result);
  return new SyscallError(call, name, { hint, ...(context === undefined ? {} : { context }) });
}

/** `result`, or the error it stands for. @throws SyscallError when negative. */
export function checkResult(call: string, result: number, context?: string): number {
  if (result < 0) throw systemCallFailure(call, result, context);
  return result;
}

/** Makes a system call. @throws SyscallError when it fails. */
export function callSystem(name: SystemCallName, args: readonly SystemCallArgument[], context?: string): number {
  return checkResult(name, systemCalls().call(name, ...args), context);
}
