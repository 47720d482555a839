// A program in the kernel behind the host's interface.

import type { HostLink, HostProgram, ProgramStatistics, RunInput, RunResult } from '../../host/index.ts';
import type { AttachTarget, BpfObject, ProgramSpec } from '../../object/index.ts';
import type { Fd } from '../../sys/index.ts';
import { attachProgram } from '../links/index.ts';
import { pinObject } from '../maps/kernel-map.ts';
import type { LoadedMap, LoadedProgram } from '../types.ts';
import { type ProgramInfo, programInfo, programStatistics, translatedInstructions } from './info.ts';
import { testRun } from './test-run.ts';

/** What loading found out. */
export interface KernelProgramParts {
  readonly fd: Fd;
  readonly spec: ProgramSpec;
  readonly log: string;
  readonly expectedAttachType: number;
  readonly attachBtfId: number;
  readonly object: BpfObject;
  readonly maps: ReadonlyMap<string, LoadedMap>;
}

/** A program in the kernel. Closing it gives up this process's hold; links keep it alive. */
export class KernelProgram implements HostProgram, LoadedProgram {
  readonly fd: Fd;
  readonly spec: ProgramSpec;
  readonly log: string;
  readonly expectedAttachType: number;
  readonly attachBtfId: number;
  readonly object: BpfObject;
  readonly maps: ReadonlyMap<string, LoadedMap>;

  constructor(parts: KernelProgramParts) {
    this.fd = parts.fd;
    this.spec = parts.spec;
    this.log = parts.log;
    this.expectedAttachType = parts.expectedAttachType;
    this.attachBtfId = parts.attachBtfId;
    this.object = parts.object;
    this.maps = parts.maps;
  }

  attach(target?: AttachTarget): HostLink {
    return attachProgram(this, target);
  }

  run(input: RunInput = {}): RunResult {
    return testRun({ fd: this.fd.number, type: this.spec.type, label: this.fd.label }, input);
  }

  statistics(): ProgramStatistics {
    return programStatistics(this.fd.number);
  }

  info(): ProgramInfo {
    return programInfo(this.fd.number);
  }

  /** The instructions as the kernel rewrote them. */
  translated(): Uint8Array {
    return translatedInstructions(this.fd.number);
  }

  pin(path: string): void {
    pinObject(this.fd, path);
  }

  [Symbol.dispose](): void {
    this.fd.close();
  }
}
