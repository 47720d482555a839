// Everything this kernel supports, in one answer.

import type { BtfFeatures } from '../../object/index.ts';
import {
  type AttachTypeName,
  attachTypes,
  type CommandName,
  commands,
  type HelperName,
  type MapTypeName,
  mapTypes,
  type ProgramTypeName,
  programTypes,
} from '../../spec/index.ts';
import { capabilities, errno, findBpffs, findTracefs, kernelRelease, systemCallFailure } from '../../sys/index.ts';
import { liftMemlockLimit } from '../memlock.ts';
import { btfFeatures } from './btf-kinds.ts';
import { availableHelpers } from './helpers.ts';
import { hasAttachType, hasCommand, hasKernelBtf } from './known-names.ts';
import { hasMapType } from './map-types.ts';
import { hasFeature, type MiscFeatureName, miscFeatures } from './misc.ts';
import { exit, probeLoad, setRegister } from './probe-load.ts';
import { hasProgramType } from './program-types.ts';

/** What a kernel supports; plain data, ready for JSON. */
export interface KernelFeatures {
  readonly release: string;
  /** Capabilities of this process that BPF has to do with. */
  readonly capabilities: readonly string[];
  /** Whether the kernel has its own types (/sys/kernel/btf/vmlinux). */
  readonly kernelBtf: boolean;
  /** Where tracefs and the bpf file system are mounted. */
  readonly mounts: { readonly tracefs: string | undefined; readonly bpf: string | undefined };
  readonly programTypes: Readonly<Record<ProgramTypeName, boolean>>;
  readonly mapTypes: Readonly<Record<MapTypeName, boolean>>;
  readonly attachTypes: Readonly<Record<AttachTypeName, boolean>>;
  readonly commands: Readonly<Record<CommandName, boolean>>;
  readonly misc: Readonly<Record<MiscFeatureName, boolean>>;
  readonly btf: BtfFeatures;
  /** Helpers by program type, without `bpf_`; types for which it cannot be found out are missing. */
  readonly helpers: Readonly<Partial<Record<ProgramTypeName, readonly HelperName[]>>>;
}

function answers<Row extends { readonly name: string }>(
  rows: readonly Row[],
  answer: (row: Row) => boolean,
): Record<Row['name'], boolean> {
  return Object.fromEntries(rows.map((row) => [row.name, answer(row)])) as Record<Row['name'], boolean>;
}

const noPermission: ReadonlySet<number> = new Set([-errno.EPERM, -errno.EACCES, -errno.ENOSYS]);

/** Without permission every probe would say no, which would be no answer. */
function requirePermission(): void {
  const { result } = probeLoad({ type: 'xdp', code: [setRegister(0, 0), exit] });
  if (noPermission.has(result)) throw systemCallFailure('bpf(BPF_PROG_LOAD)', result, 'probe the kernel');
}

/**
 * Probes the running kernel. Helpers take a second or so and are left out on request.
 * @throws SyscallError without permission to load programs
 */
export function kernelFeatures(options: { readonly helpers?: boolean } = {}): KernelFeatures {
  liftMemlockLimit();
  requirePermission();
  const helpers: Partial<Record<ProgramTypeName, readonly HelperName[]>> = {};
  for (const { name } of options.helpers === false ? [] : programTypes) {
    const found = availableHelpers(name);
    if (found) helpers[name] = [...found];
  }
  return {
    release: kernelRelease().text,
    capabilities: capabilities(),
    kernelBtf: hasKernelBtf(),
    mounts: { tracefs: findTracefs(), bpf: findBpffs() },
    programTypes: answers(programTypes, ({ name }) => hasProgramType(name)),
    mapTypes: answers(mapTypes, ({ name }) => hasMapType(name)),
    attachTypes: answers(attachTypes, ({ name }) => hasAttachType(name)),
    commands: answers(commands, ({ name }) => hasCommand(name)),
    misc: answers(miscFeatures, ({ name }) => hasFeature(name)),
    btf: btfFeatures(),
    helpers,
  };
}
