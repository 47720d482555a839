// Creates a map from its blueprint: sizes the host decides, BTF where the kernel takes it, fall-backs for older kernels.
// Source: what libbpf 1.5 does in bpf_object__create_map and map_set_def_max_entries.

import { SyscallError, UnsupportedError } from '../../base/index.ts';
import { kernelName, type MapSpec } from '../../object/index.ts';
import type { MapTypeName } from '../../spec/index.ts';
import { type BpfAttribute, errno, Fd, pageSize, possibleCpus, systemCallFailure, tryBpf } from '../../sys/index.ts';
import { hasMapType } from '../probes/map-types.ts';
import { mapTypeNumber, mapTypeSince } from './map-kinds.ts';

const flagNumaNode = 0x4;
const flagMmapable = 0x400;
const flagRdonlyProg = 0x80;

type MapAttribute = BpfAttribute<'BPF_MAP_CREATE'>;

/** What creating needs besides the blueprint. */
export interface MapSurroundings {
  /** The object's BTF in the kernel; undefined where there is none. */
  readonly btfFd?: number | undefined;
  /** Further fields, for struct_ops. */
  readonly extra?: MapAttribute | undefined;
}

/** Maps of these types refuse BTF for keys and values (libbpf does not give it either). */
const withoutBtf: ReadonlySet<MapTypeName> = new Set([
  'perf_event_array',
  'cgroup_array',
  'stack_trace',
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
  'sockmap',
  'sockhash',
  'queue',
  'stack',
  'ringbuf',
  'user_ringbuf',
  'bloom_filter',
  'reuseport_sockarray',
  'prog_array',
]);

/** Size of a ring buffer: a power of two and a multiple of the page size, as libbpf rounds it. */
function ringSize(wanted: number): number {
  if (wanted === 0) return 0;
  let size = pageSize();
  while (size < wanted) size *= 2;
  return size;
}

const entryCounts: Partial<Record<MapTypeName, (wanted: number) => number>> = {
  ringbuf: ringSize,
  user_ringbuf: ringSize,
  perf_event_array: (wanted) => wanted || possibleCpus(),
};

/** The blueprint with what the host decides filled in. */
export function completeMapSpec(spec: MapSpec): MapSpec {
  const entries = entryCounts[spec.type]?.(spec.maxEntries) ?? spec.maxEntries;
  const flags = spec.numaNode === undefined ? spec.flags : spec.flags | flagNumaNode;
  return entries === spec.maxEntries && flags === spec.flags ? spec : { ...spec, maxEntries: entries, flags };
}

function attributeOf(spec: MapSpec, surroundings: MapSurroundings): MapAttribute {
  const typed = surroundings.btfFd !== undefined && spec.valueType !== 0 && !withoutBtf.has(spec.type);
  return {
    map_type: mapTypeNumber(spec.type),
    key_size: spec.keySize,
    value_size: spec.valueSize,
    max_entries: spec.maxEntries,
    map_flags: spec.flags,
    numa_node: spec.numaNode,
    map_name: kernelName(spec.name),
    map_extra: spec.extra,
    ...(typed ? { btf_fd: surroundings.btfFd, btf_key_type_id: spec.keyType, btf_value_type_id: spec.valueType } : {}),
    ...surroundings.extra,
  };
}

type Reduction = (attribute: MapAttribute, spec: MapSpec) => MapAttribute | undefined;

function leaveOutBtf(attribute: MapAttribute): MapAttribute | undefined {
  if (attribute.btf_fd === undefined || attribute.btf_vmlinux_value_type_id !== undefined) return undefined;
  return { ...attribute, btf_fd: undefined, btf_key_type_id: 0, btf_value_type_id: 0 };
}

/** Global variables work without mmap and without protection, only less well. */
function leaveOutDataFlag(flag: number): Reduction {
  return (attribute, spec): MapAttribute | undefined => {
    const flags = attribute.map_flags ?? 0;
    return spec.data && flags & flag ? { ...attribute, map_flags: flags & ~flag } : undefined;
  };
}

function leaveOutName(attribute: MapAttribute): MapAttribute | undefined {
  return attribute.map_name ? { ...attribute, map_name: '' } : undefined;
}

/** What to leave out when a kernel refuses: each is tried on top of those before. */
const reductions: readonly Reduction[] = [
  leaveOutBtf,
  leaveOutDataFlag(flagMmapable),
  leaveOutDataFlag(flagRdonlyProg),
  leaveOutName,
];

const reducible: ReadonlySet<number> = new Set([-errno.EINVAL, -errno.E2BIG, -errno.ENOTSUPP, -errno.EPERM]);

/** A map in the kernel, and with which flags it was made in the end. */
export interface CreatedMap {
  readonly fd: Fd;
  readonly spec: MapSpec;
}

/**
 * Creates the map; an inner map, which serves as a template only, is made and closed on the way.
 * @throws SyscallError, UnsupportedError for a map type this kernel does not have.
 */
export function createMap(blueprint: MapSpec, surroundings: MapSurroundings = {}): CreatedMap {
  const spec = completeMapSpec(blueprint);
  const inner = spec.inner ? createMap(spec.inner, surroundings).fd : undefined;
  try {
    return createReduced(spec, { ...attributeOf(spec, surroundings), inner_map_fd: inner?.number });
  } finally {
    inner?.close();
  }
}

function createReduced(spec: MapSpec, full: MapAttribute): CreatedMap {
  const label = `map "${spec.name}"`;
  let attribute = full;
  const first = tryBpf('BPF_MAP_CREATE', attribute).result;
  if (first >= 0) return { fd: new Fd(first, label), spec };
  for (const reduce of reducible.has(first) ? reductions : []) {
    const reduced = reduce(attribute, spec);
    if (!reduced) continue;
    attribute = reduced;
    const result = tryBpf('BPF_MAP_CREATE', attribute).result;
    if (result >= 0) return { fd: new Fd(result, label), spec: { ...spec, flags: attribute.map_flags ?? 0 } };
  }
  throw creationFailure(spec, first);
}

/** The error for a refused map: an unknown type is not a wrong argument. */
function creationFailure(spec: MapSpec, result: number): Error {
  const failure = systemCallFailure('bpf(BPF_MAP_CREATE)', result, `create map "${spec.name}"`);
  if (result === -errno.EINVAL && !hasMapType(spec.type)) {
    return new UnsupportedError(`map type ${spec.type}`, { cause: failure, since: mapTypeSince(spec.type) });
  }
  const shape = `${spec.type}, key ${spec.keySize} bytes, value ${spec.valueSize} bytes, ${spec.maxEntries} entries`;
  return new SyscallError(failure.call, failure.errno, {
    context: `create map "${spec.name}" (${shape}, flags 0x${spec.flags.toString(16)})`,
    hint: failure.hint,
  });
}
