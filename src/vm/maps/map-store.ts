// What every map type implements. Keys and values are addresses in the machine's memory; results are 0 or a negative errno.

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { MachineMemory } from '../memory/machine-memory.ts';

/** Flags of updates (uapi/linux/bpf.h). */
export const updateFlags = { any: 0, noExist: 1, exist: 2, lock: 4 } as const;

/** Flags of map creation that maps look at. */
export const mapFlag = {
  noPrealloc: 0x1,
  readOnlyUser: 0x8,
  writeOnlyUser: 0x10,
  stackBuildId: 0x20,
  readOnlyProgram: 0x80,
  writeOnlyProgram: 0x100,
  mmapable: 0x400,
} as const;

/** The surroundings of a map. */
export interface MapHost {
  readonly memory: MachineMemory;
  readonly cpuCount: number;
  /** CPU the program runs on. */
  readonly cpu: number;
  /** Map of a handle, as it stands in a map of maps. */
  mapByHandle(handle: number): MapStore | undefined;
}

/**
 * A map's contents. Where a method is left at its default, the type has no such operation, and it gives the errno the
 * kernel gives. A new map type: also add a row in spec/map-types.ts and a factory in create-map.ts.
 */
export abstract class MapStore {
  readonly spec: MapSpec;
  /** Address-like number that stands for the map in programs. */
  readonly handle: number;
  protected readonly host: MapHost;

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    this.spec = spec;
    this.handle = handle;
    this.host = host;
  }

  /** Bytes of a value as user space sees it. */
  get valueStride(): number {
    return this.spec.valueSize;
  }

  /** Address of the value for a program on the current CPU; 0 where there is none. */
  abstract lookup(key: number): number;

  /** A program's update; per-CPU maps change the current CPU's value. */
  abstract update(key: number, value: number, flags: number): number;

  abstract remove(key: number): number;

  /** Address of the whole value (all CPUs) for user space; 0 where there is none, or a negative errno. */
  read(key: number): number {
    return this.lookup(key);
  }

  /** An update from user space with the whole value. */
  write(key: number, value: number, flags: number): number {
    return this.update(key, value, flags);
  }

  /** A deletion from user space. */
  erase(key: number): number {
    return this.remove(key);
  }

  /** Copies the value out and deletes the key. */
  take(_key: number, _out: number): number {
    return -errno.EOPNOTSUPP;
  }

  /** Writes the key after `key` (0: the first) to `out`. */
  abstract next(key: number, out: number): number;

  push(_value: number, _flags: number): number {
    return -errno.EOPNOTSUPP;
  }

  pop(_out: number): number {
    return -errno.EOPNOTSUPP;
  }

  peek(_out: number): number {
    return -errno.EOPNOTSUPP;
  }

  /** Address of an element by number on a given CPU, where the type has such (`bpf_map_lookup_percpu_elem`); 0 otherwise. */
  lookupOnCpu(_key: number, _cpu: number): number {
    return 0;
  }

  /** Keys for `bpf_for_each_map_elem`: addresses of key and value, until the callback returns true. */
  visitAll(_visit: (key: number, value: number) => boolean): number {
    return -errno.EOPNOTSUPP;
  }

  /** All value memory in one piece, for variables and memory mapping; undefined where the type has none. */
  directAddress(): number | undefined {
    return undefined;
  }

  abstract dispose(): void;
}

/** Rounds up to a multiple of 8. */
export function round8(size: number): number {
  return Math.ceil(size / 8) * 8;
}
