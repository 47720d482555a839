// The maps of an object: created, reused or found pinned, and filled with what the object says.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SyscallError, UsageError } from '../base/index.ts';
import type { HostMap } from '../host/index.ts';
import type { BpfObject, MapSpec } from '../object/index.ts';
import { mountBpffs } from '../sys/index.ts';
import { createMap, type MapSurroundings } from './maps/create-map.ts';
import { KernelMap } from './maps/kernel-map.ts';
import { checkCompatible, openPinnedMap } from './maps/open-map.ts';
import type { StructOpsPlan } from './struct-ops.ts';

const defaultPinDirectory = '/sys/fs/bpf';
/** What tags of a map's variable begin with that say where it is kept. */
const pinTag = 'pin:';

/** Everything creating an object's maps needs. */
export interface MapsRequest {
  readonly object: BpfObject;
  readonly btfFd: number | undefined;
  readonly reuse: ReadonlyMap<string, HostMap>;
  readonly pinDirectory: string | undefined;
  readonly structOps: ReadonlyMap<string, StructOpsPlan>;
}

/** Maps in the making; closing undoes everything, pins included. */
export class MapSet {
  readonly maps = new Map<string, KernelMap>();
  readonly #pinned: { readonly map: KernelMap; readonly path: string }[] = [];
  readonly #request: MapsRequest;

  constructor(request: MapsRequest) {
    this.#request = request;
  }

  /** @throws SyscallError, UnsupportedError, UsageError */
  createAll(): void {
    const { object } = this.#request;
    for (const spec of object.maps) if (spec.autocreate !== false) this.#add(spec);
    for (const spec of object.maps) this.#fillInnerMaps(spec);
  }

  #add(spec: MapSpec): void {
    const reused = this.#request.reuse.get(spec.name);
    if (reused) {
      this.maps.set(spec.name, adoptMap(reused, spec));
      return;
    }
    const path = this.#pinPath(spec);
    if (path && existsSync(path)) {
      this.maps.set(spec.name, openCompatible(path, spec));
      return;
    }
    const map = this.#create(spec);
    this.maps.set(spec.name, map);
    if (path) {
      map.pin(path);
      this.#pinned.push({ map, path });
    }
  }

  /** Where a map is kept; undefined: nowhere. */
  #pinPath({ name, pinning, tags = [] }: MapSpec): string | undefined {
    const directory = this.#request.pinDirectory ?? defaultPinDirectory;
    const own = tags.find((tag) => tag.startsWith(pinTag))?.slice(pinTag.length);
    const path = own ?? (pinning === 'by-name' ? join(directory, name) : undefined);
    if (path?.startsWith(`${defaultPinDirectory}/`)) mountBpffs();
    return path;
  }

  #create(spec: MapSpec): KernelMap {
    const plan = this.#request.structOps.get(spec.name);
    const surroundings: MapSurroundings = { btfFd: this.#request.btfFd, extra: plan?.extra };
    const made = createMap(
      plan?.spec ?? spec,
      plan ? { ...surroundings, extra: { ...plan.extra, btf_fd: this.#request.btfFd } } : surroundings,
    );
    // Ids of types are those of the object: the host above decodes by them.
    const map = new KernelMap(made.fd, { ...made.spec, keyType: spec.keyType, valueType: spec.valueType });
    try {
      // Programs have the arena's address in user space in them: it must be known before they are loaded.
      if (spec.type === 'arena') map.memory();
      fillData(map);
      if (spec.entries) map.updateAll(spec.entries);
    } catch (error) {
      map[Symbol.dispose]();
      throw error;
    }
    return map;
  }

  #fillInnerMaps(spec: MapSpec): void {
    const outer = this.maps.get(spec.name);
    if (!spec.inner || !outer || this.#request.reuse.has(spec.name)) return;
    for (const { index, name } of spec.initial) {
      const inner = this.maps.get(name);
      if (!inner) throw new UsageError(`map "${spec.name}": there is no map "${name}" to put at ${index}`);
      outer.setReference(indexKey(index), inner);
    }
  }

  /** Undoes everything. */
  abandon(): void {
    for (const { map, path } of this.#pinned.splice(0)) {
      try {
        map.unpin(path);
      } catch {
        // Somebody else removed it.
      }
    }
    for (const map of this.maps.values()) map[Symbol.dispose]();
  }
}

/** A key of an array: 32 bits in the machine's order. */
export function indexKey(index: number): Uint8Array {
  return new Uint8Array(new Uint32Array([index]).buffer);
}

/** Another handle of a map that the caller keeps. */
function adoptMap(map: HostMap, spec: MapSpec): KernelMap {
  if (!(map instanceof KernelMap)) throw new UsageError(`map "${spec.name}": only maps of the kernel can be reused`);
  checkCompatible(map.spec, spec, `the given map "${map.spec.name}"`);
  return new KernelMap(map.fd.duplicate(), { ...map.spec, ...typesOf(spec) });
}

function openCompatible(path: string, spec: MapSpec): KernelMap {
  const found = openPinnedMap(path);
  try {
    checkCompatible(found.spec, spec, `the map pinned at ${path}`);
    return new KernelMap(found.fd.duplicate(), { ...found.spec, ...typesOf(spec) });
  } finally {
    found[Symbol.dispose]();
  }
}

function typesOf(spec: MapSpec): Partial<MapSpec> {
  const { name, keyType, valueType, pinning, inner, initial, data } = spec;
  return { name, keyType, valueType, pinning, inner, initial, data };
}

/** Writes the initial values of global variables, and locks the constants. */
function fillData(map: KernelMap): void {
  const { data } = map.spec;
  if (!data) return;
  if (data.kind !== 'bss' || data.contents.some((byte) => byte !== 0)) map.update(indexKey(0), paddedContents(map));
  if (data.kind !== 'rodata' && data.kind !== 'kconfig') return;
  try {
    map.freeze();
  } catch (error) {
    // Kernels before 5.2 cannot, and the program works all the same.
    if (!(error instanceof SyscallError)) throw error;
  }
}

function paddedContents(map: KernelMap): Uint8Array {
  const contents = map.spec.data?.contents ?? new Uint8Array(0);
  if (contents.byteLength === map.valueStride) return contents;
  const padded = new Uint8Array(map.valueStride);
  padded.set(contents.subarray(0, map.valueStride));
  return padded;
}
