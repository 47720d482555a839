// Places that are given as open files: control groups and network namespaces.

import { closeSync, openSync } from 'node:fs';
import { SyscallError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import type { LoadedProgram } from '../types.ts';
import { type Attach, attachLabel, createLink, KernelLink, type LinkFeature, type TargetOf } from './link.ts';

/** Since Linux 5.7. */
export const attachCgroup: Attach<'cgroup'> = (program, target) =>
  attachToFile(program, target, {
    path: target.path,
    hint: 'give the path of a cgroup v2, as in /sys/fs/cgroup/user.slice',
    feature: { name: 'cgroup links', since: '5.7' },
  });

/** Since Linux 5.8; the process's own network namespace where no path is given. */
export const attachNetns: Attach<'netns'> = (program, target) => {
  const path = target.path ?? '/proc/self/ns/net';
  return attachToFile(program, target, {
    path,
    hint: 'give a network namespace, as in /run/netns/NAME or /proc/PID/ns/net',
    feature: { name: 'links to network namespaces', since: '5.8' },
  });
};

function attachToFile(
  program: LoadedProgram,
  target: TargetOf<'cgroup' | 'netns'>,
  { path, hint, feature }: { path: string; hint: string; feature: LinkFeature },
): HostLink {
  const label = attachLabel(program, path);
  const fd = openTarget(path, hint);
  try {
    const attribute = { prog_fd: program.fd.number, target_fd: fd, attach_type: program.expectedAttachType };
    return new KernelLink(target, { bpfLink: createLink('plain', attribute, label, feature) });
  } finally {
    closeSync(fd);
  }
}

/** Opens a file or directory that stands for something in the kernel. @throws SyscallError */
export function openTarget(path: string, hint: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new SyscallError(`open ${path}`, (cause as NodeJS.ErrnoException).code ?? 'EIO', { cause, hint });
  }
}
