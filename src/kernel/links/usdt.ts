// Statically defined tracepoints of programs (USDT): uprobes at the places that the file's notes name.

import { UnsupportedError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import {
  type Executable,
  findBinary,
  findUsdtProbe,
  openExecutable,
  processMaps,
  type UsdtProbe,
} from '../../symbols/index.ts';
import { kernelAtLeast } from '../../sys/index.ts';
import type { LoadedProgram } from '../types.ts';
import { type Attach, attachLabel, attachToEach, type TargetOf } from './link.ts';
import { attachToPerfEvent } from './perf-event-link.ts';
import { openProbe } from './probe-event.ts';
import { checkedPid } from './uprobe.ts';
import { notePlace, specificationFor } from './usdt-specifications.ts';

/** Since Linux 4.3; probes with a semaphore 4.20; arguments in programs mapped at any address 5.15. */
export const attachUsdt: Attach<'usdt'> = (program, target) => {
  const pid = checkedPid(target.pid);
  const where = findBinary(target.path, pid);
  const executable = openExecutable(where);
  const places = findUsdtProbe(executable, target.provider, target.name);
  return attachToEach(target, places, (probe) => attachPlace(program, target, { probe, executable }));
};

interface Place {
  readonly probe: UsdtProbe;
  readonly executable: Executable;
}

function attachPlace(program: LoadedProgram, target: TargetOf<'usdt'>, place: Place): HostLink {
  const { probe, executable } = place;
  const pid = checkedPid(target.pid) ?? -1;
  const label = attachLabel(program, `USDT probe ${target.path}:${probe.provider}:${probe.name}`);
  const number = specificationFor(program, probe.argumentText, target.cookie ?? 0n);
  const cookie = kernelAtLeast('5.15') ? BigInt(number ?? 0) : undefined;
  if (number !== undefined && cookie === undefined) notePlace(program, loadedAddress(place, pid), number);
  const { event, others } = openProbe({
    kind: 'uprobe',
    where: executable.path,
    offset: probe.offset,
    atReturn: false,
    refCounterOffset: probe.semaphoreOffset,
    pid,
    label,
  });
  return attachToPerfEvent(program, event, { target, cookie, label, others });
}

const fixedAddresses = 2; // ET_EXEC

/** Where the probe is in the process's memory. @throws UnsupportedError where that may be anywhere */
function loadedAddress({ probe, executable }: Place, pid: number): bigint {
  if (executable.elf.header.type === fixedAddresses) return BigInt(probe.address);
  const name = executable.path.slice(executable.path.lastIndexOf('/'));
  const region = processMaps(pid).find(
    ({ path, executable: code, offset, start, end }) =>
      code && path.endsWith(name) && offset <= probe.offset && probe.offset < offset + Number(end - start),
  );
  if (region) return region.start + BigInt(probe.offset - region.offset);
  throw new UnsupportedError('reading arguments of USDT probes in code that may be anywhere in memory', {
    since: '5.15',
    hint: 'give the number of a process that runs it',
  });
}
