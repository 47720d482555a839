// A program in the kernel behind the host's interface.

import type { HostLink, HostProgram } from '../../host/index.ts';
import type { AttachTarget, BpfObject, ProgramSpec } from '../../object/index.ts';
import type { Fd } from '../../sys/index.ts';
import { attachProgram } from '../links/index.ts';
import type { LoadedMap, LoadedProgram } from '../types.ts';
import { OpenedProgram } from './opened-program.ts';

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
export class KernelProgram extends OpenedProgram implements HostProgram, LoadedProgram {
  readonly spec: ProgramSpec;
  readonly log: string;
  readonly expectedAttachType: number;
  readonly attachBtfId: number;
  readonly object: BpfObject;
  readonly maps: ReadonlyMap<string, LoadedMap>;

  constructor(parts: KernelProgramParts) {
    super(parts.fd, parts.spec.type);
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
}
