// What the kernel knows by name: enumerators of its own types tell, also where a distribution ported a feature back.

import { type AttachTypeName, attachTypes, type CommandName, commands } from '../../spec/index.ts';
import { kernelAtLeast } from '../../sys/index.ts';
import { KernelTypes } from '../kernel-types.ts';

const types = new KernelTypes();

/** Whether an enum of the kernel's own types has the name; by release where the kernel has no types. */
function isNamed(enumName: string, row: { readonly kernelName: string; readonly since: string }): boolean {
  const btf = types.vmlinux();
  const id = btf?.find(enumName, 'enum');
  const type = id === undefined ? undefined : btf?.type(id);
  if (type?.kind !== 'enum') return kernelAtLeast(row.since);
  return type.values.some(({ name }) => name === row.kernelName);
}

/** Whether the kernel has its own types. */
export function hasKernelBtf(): boolean {
  return types.vmlinux() !== undefined;
}

/** Whether the kernel knows the attach type. What it attaches to may still be missing from the kernel's configuration. */
export function hasAttachType(name: AttachTypeName): boolean {
  const row = attachTypes.find((candidate) => candidate.name === name);
  return row !== undefined && isNamed('bpf_attach_type', row);
}

/** Whether the kernel knows the command of bpf(2). */
export function hasCommand(name: CommandName): boolean {
  const row = commands.find((candidate) => candidate.name === name);
  return row !== undefined && isNamed('bpf_cmd', row);
}
