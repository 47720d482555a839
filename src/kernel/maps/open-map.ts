// Maps that exist already: by path, id or descriptor; their blueprint is what the kernel tells.

import { UnsupportedError, UsageError } from '../../base/index.ts';
import { emptyMap, type MapSpec } from '../../object/index.ts';
import { bpfFd, Fd, mapInfoLayout, objectInfo } from '../../sys/index.ts';
import { completeMapSpec } from './create-map.ts';
import { KernelMap } from './kernel-map.ts';
import { mapTypeName } from './map-kinds.ts';

const flagRdonlyProg = 0x80;

/** The blueprint of a map in the kernel. BTF ids are those of its own BTF and are left out. */
export function describeMap(fd: number): MapSpec {
  const info = objectInfo(fd, mapInfoLayout);
  const type = mapTypeName(info.type);
  if (!type) throw new UnsupportedError(`map type ${info.type}`, { hint: 'this kernel is newer than the tables' });
  return {
    ...emptyMap(info.name),
    type,
    keySize: info.key_size,
    valueSize: info.value_size,
    maxEntries: info.max_entries,
    flags: info.map_flags,
    extra: info.map_extra,
  };
}

function adopt(fd: Fd): KernelMap {
  try {
    return new KernelMap(fd, describeMap(fd.number));
  } catch (error) {
    fd.close();
    throw error;
  }
}

/** Opens the map pinned at `path`. @throws SyscallError */
export function openPinnedMap(path: string): KernelMap {
  return adopt(bpfFd('BPF_OBJ_GET', { pathname: Buffer.from(`${path}\0`) }, `map pinned at ${path}`));
}

/** Opens the map with the kernel's id `id`. @throws SyscallError */
export function openMapById(id: number): KernelMap {
  return adopt(bpfFd('BPF_MAP_GET_FD_BY_ID', { id }, `map ${id}`));
}

/** A map for a descriptor that someone else owns; it is duplicated. @throws SyscallError */
export function openMapByFd(fd: number): KernelMap {
  const borrowed = new Fd(fd, `map behind descriptor ${fd}`);
  try {
    return adopt(borrowed.duplicate());
  } finally {
    borrowed.release();
  }
}

/** Differences between a map and the blueprint that is to use it: libbpf's rules for reuse. */
function differences(existing: MapSpec, wanted: MapSpec): string[] {
  const devmap = existing.type === 'devmap' || existing.type === 'devmap_hash';
  const existingFlags = devmap ? existing.flags & ~flagRdonlyProg : existing.flags;
  const facts: [string, unknown, unknown][] = [
    ['type', existing.type, wanted.type],
    ['key size', existing.keySize, wanted.keySize],
    ['value size', existing.valueSize, wanted.valueSize],
    ['max entries', existing.maxEntries, wanted.maxEntries],
    ['flags', existingFlags, devmap ? wanted.flags & ~flagRdonlyProg : wanted.flags],
    ['map_extra', existing.extra, wanted.extra],
  ];
  return facts.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${what} is ${a}, not ${b}`);
}

/** @throws UsageError where `existing` cannot serve as `wanted`. */
export function checkCompatible(existing: MapSpec, wanted: MapSpec, where: string): void {
  const problems = differences(existing, completeMapSpec(wanted));
  if (problems.length === 0) return;
  throw new UsageError(`${where} cannot be used as map "${wanted.name}": ${problems.join(', ')}`, {
    hint: 'unpin it, or pin under another directory',
  });
}
