// A program that exists already, opened by path, id or descriptor: what can be done without its blueprint.

import type { ProgramStatistics, RunInput, RunResult } from '../../host/index.ts';
import type { ProgramTypeName } from '../../spec/index.ts';
import { bpfFd, Fd } from '../../sys/index.ts';
import { pinObject } from '../maps/kernel-map.ts';
import {
  type JitedFunction,
  jitedFunctions,
  type ProgramInfo,
  programInfo,
  programStatistics,
  translatedInstructions,
} from './info.ts';
import { openById } from './inventory.ts';
import { testRun } from './test-run.ts';

/** A loaded program of anybody's. */
export class OpenedProgram implements Disposable {
  readonly fd: Fd;
  #type: ProgramTypeName | undefined;

  constructor(fd: Fd, type?: ProgramTypeName) {
    this.fd = fd;
    this.#type = type;
  }

  info(): ProgramInfo {
    return programInfo(this.fd.number);
  }

  /** The instructions after the verifier rewrote them. */
  translated(): Uint8Array {
    return translatedInstructions(this.fd.number);
  }

  /** Machine code, function by function. */
  jited(): readonly JitedFunction[] {
    return jitedFunctions(this.fd.number);
  }

  statistics(): ProgramStatistics {
    return programStatistics(this.fd.number);
  }

  /** @throws SyscallError, UnsupportedError */
  run(input: RunInput = {}): RunResult {
    this.#type ??= this.info().type;
    return testRun({ fd: this.fd.number, type: this.#type, label: this.fd.label }, input);
  }

  pin(path: string): void {
    pinObject(this.fd, path);
  }

  [Symbol.dispose](): void {
    this.fd.close();
  }
}

/** Opens the program pinned at `path`. @throws SyscallError */
export function openPinnedProgram(path: string): OpenedProgram {
  return new OpenedProgram(bpfFd('BPF_OBJ_GET', { pathname: Buffer.from(`${path}\0`) }, `program pinned at ${path}`));
}

/** Opens the program with the kernel's id `id`. @throws SyscallError */
export function openProgramById(id: number): OpenedProgram {
  return new OpenedProgram(openById('program', id));
}

/** A program for a descriptor that someone else owns; it is duplicated. @throws SyscallError */
export function openProgramByFd(fd: number): OpenedProgram {
  const borrowed = new Fd(fd, `program behind descriptor ${fd}`);
  try {
    return new OpenedProgram(borrowed.duplicate());
  } finally {
    borrowed.release();
  }
}
