// kprobes and kretprobes at functions of the kernel, and at system calls by their own names.

import { SyscallError, suggest, UnsupportedError, UsageError } from '../../base/index.ts';
import { globMatcher, kernelSymbols } from '../../symbols/index.ts';
import { type Attach, attachLabel, type TargetOf } from './link.ts';
import { attachToPerfEvent } from './perf-event-link.ts';
import { openProbe, type ProbeEvent } from './probe-event.ts';

/** Since Linux 4.1. */
export const attachKprobe: Attach<'kprobe'> = (program, target) => {
  const { function: name, offset = 0, return: atReturn = false, cookie } = target;
  if (atReturn && offset !== 0) throw new UsageError(`a return probe of ${name} cannot have an offset`);
  if (offset < 0 || !Number.isInteger(offset))
    throw new UsageError(`offset ${offset} of ${name} is not a positive integer`);
  const place = `${atReturn ? 'kretprobe' : 'kprobe'} ${name}${offset === 0 ? '' : `+${offset}`}`;
  const label = attachLabel(program, place);
  const { event, others } = open(name, offset, { atReturn, label });
  return attachToPerfEvent(program, event, { target, cookie, label, others });
};

function open(name: string, offset: number, how: { atReturn: boolean; label: string }): ProbeEvent {
  try {
    return openProbe({ kind: 'kprobe', where: name, offset, pid: -1, ...how });
  } catch (error) {
    throw explained(error, name);
  }
}

function explained(error: unknown, name: string): unknown {
  if (!(error instanceof SyscallError)) return error;
  if (error.errno === 'ENOENT') return unknownKernelFunction(name, error);
  const reasons: Readonly<Record<string, string>> = {
    EINVAL: `${name} cannot be probed: it is on the kernel's list of functions that must not be (notrace, NOKPROBE), or the offset is not at an instruction`,
    EILSEQ: 'the offset is not at the start of an instruction',
    EADDRNOTAVAIL: `there are several functions named ${name}: give an offset from another symbol`,
    ENOTSUPP: `${name} cannot be probed`,
  };
  const hint = reasons[error.errno];
  return hint ? new UsageError(error.message, { cause: error, hint }) : error;
}

/** The error for a function that the kernel does not have, with the nearest name that it has. */
export function unknownKernelFunction(name: string, cause?: unknown): UsageError {
  const near = suggest(name, kernelFunctionNames());
  const hint = near ? `did you mean ${near}?` : 'it may be inlined or not part of this kernel: see /proc/kallsyms';
  return new UsageError(`the kernel has no function ${name}`, { cause, hint });
}

function kernelFunctionNames(): readonly string[] {
  try {
    return kernelSymbols().functionNames();
  } catch {
    return [];
  }
}

const architecturePrefixes: Readonly<Record<string, string>> = {
  x64: 'x64',
  arm64: 'arm64',
  riscv64: 'riscv',
  loong64: 'loongarch',
};

/** Since Linux 4.1, at the entry of a system call. */
export const attachSystemCall: Attach<'ksyscall'> = (program, target) => {
  const { function: name, return: atReturn = false, cookie } = target;
  const kprobe: TargetOf<'kprobe'> = {
    kind: 'kprobe',
    function: systemCallFunction(name),
    return: atReturn,
    ...(cookie === undefined ? {} : { cookie }),
  };
  return attachKprobe(program, kprobe);
};

/** Name of the kernel's function for a system call. @throws UsageError with a suggestion when there is none. */
export function systemCallFunction(name: string): string {
  const symbols = kernelSymbols();
  // Since 4.17 each architecture gives its entry functions a prefix; which one, the kernel itself shows.
  const prefix = `__${architecturePrefixes[process.arch] ?? process.arch}_sys_`;
  const wrapped = symbols.find(`${prefix}bpf`) !== undefined;
  const full = `${wrapped ? prefix : '__se_sys_'}${name}`;
  if (symbols.find(full)) return full;
  const plain = `sys_${name}`;
  if (!wrapped && symbols.find(plain)) return plain;
  const isCall = globMatcher(`${wrapped ? prefix : '__se_sys_'}*`);
  const names = symbols.functionNames().filter(isCall);
  const calls = names.map((one) => one.slice(full.length - name.length));
  if (names.length === 0) throw new UnsupportedError('attaching to system calls by name');
  const near = suggest(name, calls);
  throw new UsageError(`the kernel has no system call ${name}`, { hint: near && `did you mean ${near}?` });
}
