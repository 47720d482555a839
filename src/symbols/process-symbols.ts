// Addresses of a process -> names: its memory map, the symbol tables of the files in it, its just-in-time compiler's map.

import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { FormatError } from '../base/index.ts';
import { parseElf } from '../elf/index.ts';
import { Executable, openExecutable, type SymbolPlace } from './executable.ts';
import { seenFrom } from './find-binary.ts';
import { PerfMap } from './perf-map.ts';
import { findRegion, type MemoryRegion, processMaps } from './process-maps.ts';

/** Where an address of a process lies. */
export interface UserPlace {
  /** As the symbol table has it (C++ and Rust names stay mangled); undefined where none covers the address. */
  readonly name: string | undefined;
  /** Behind the symbol's start; behind the module's start where there is no symbol. */
  readonly offset: number;
  /** Path of the file, `[vdso]`, `[jit]`; undefined for memory of unknown origin. */
  readonly module: string | undefined;
}

const unknownPlace: UserPlace = { name: undefined, offset: 0, module: undefined };
/** Maps change when libraries are loaded; an unknown address makes us look again, but not more often than this. */
const refreshMs = 200;

/** Resolves addresses of one process. What was learnt stays when the process ends. */
export class ProcessSymbols {
  readonly pid: number;
  #regions: readonly MemoryRegion[];
  #readAtMs = performance.now();
  #perfMap: { readonly map: PerfMap; readonly version: string } | undefined;
  readonly #modules = new Map<string, Executable | undefined>();
  readonly #places = new Map<bigint, UserPlace>();

  constructor(pid: number) {
    this.pid = pid;
    this.#regions = processMaps(pid);
  }

  /** The symbol at an address. Never throws: what cannot be found out has no name. */
  resolve(address: bigint): UserPlace {
    const known = this.#places.get(address);
    if (known) return known;
    const region = this.#region(address);
    if (!region) return unknownPlace;
    const place = this.#resolveIn(region, address);
    // Generated code moves; only what stands in files stays.
    if (place.name !== undefined && region.inode !== 0) this.#places.set(address, place);
    return place;
  }

  #region(address: bigint): MemoryRegion | undefined {
    const region = findRegion(this.#regions, address);
    if (region || performance.now() - this.#readAtMs < refreshMs) return region;
    const regions = processMaps(this.pid);
    if (regions.length > 0) this.#regions = regions;
    this.#readAtMs = performance.now();
    return findRegion(this.#regions, address);
  }

  #resolveIn(region: MemoryRegion, address: bigint): UserPlace {
    if (region.path.startsWith('/') && region.inode !== 0) return this.#resolveInFile(region, address);
    if (region.path === '[vdso]') return this.#resolveInVdso(region, address);
    const jit = this.#jit()?.resolve(address);
    if (jit) return { name: jit.name, offset: Number(address - jit.start), module: '[jit]' };
    return { name: undefined, offset: Number(address - region.start), module: region.path || undefined };
  }

  #resolveInFile(region: MemoryRegion, address: bigint): UserPlace {
    const fileOffset = Number(address - region.start) + region.offset;
    const place = this.#module(region)?.resolveOffset(fileOffset);
    // Node and some other compilers map generated code from a file.
    const jit = place ? undefined : this.#jit()?.resolve(address);
    if (jit) return { name: jit.name, offset: Number(address - jit.start), module: '[jit]' };
    return userPlace(place, fileOffset, region.path);
  }

  #resolveInVdso(region: MemoryRegion, address: bigint): UserPlace {
    const offset = Number(address - region.start);
    const place = this.#moduleBy(region.path, () => this.#readVdso(region))?.resolveOffset(offset);
    return userPlace(place, offset, region.path);
  }

  #module(region: MemoryRegion): Executable | undefined {
    return this.#moduleBy(`${region.device}:${region.inode}`, () => this.#openModule(region));
  }

  #moduleBy(key: string, open: () => Executable): Executable | undefined {
    if (this.#modules.has(key)) return this.#modules.get(key);
    let module: Executable | undefined;
    try {
      module = open();
    } catch {
      // Gone, replaced, or not an ELF file: its addresses have no names.
    }
    this.#modules.set(key, module);
    return module;
  }

  #openModule(region: MemoryRegion): Executable {
    if (!region.deleted) return openExecutable(seenFrom(region.path, this.pid));
    // The kernel still gives access to deleted files that are mapped.
    return openExecutable(`/proc/${this.pid}/map_files/${region.start.toString(16)}-${region.end.toString(16)}`);
  }

  #readVdso(region: MemoryRegion): Executable {
    const bytes = new Uint8Array(Number(region.end - region.start));
    const fd = openSync(`/proc/${this.pid}/mem`, 'r');
    try {
      const count = readSync(fd, bytes, { position: region.start });
      if (count !== bytes.byteLength) throw new FormatError('vdso', `${count} bytes of ${bytes.byteLength}`);
    } finally {
      closeSync(fd);
    }
    return new Executable(region.path, parseElf(bytes, region.path));
  }

  #jit(): PerfMap | undefined {
    const path = seenFrom(`/tmp/perf-${namespacePid(this.pid)}.map`, this.pid);
    const status = statSync(path, { throwIfNoEntry: false });
    const version = status ? `${status.ino}:${status.size}` : '';
    if (version === '') return this.#perfMap?.map;
    if (this.#perfMap?.version !== version) this.#perfMap = { map: new PerfMap(readOwned(path)), version };
    return this.#perfMap.map;
  }
}

function userPlace(place: SymbolPlace | undefined, offset: number, module: string): UserPlace {
  return place ? { ...place, module } : { name: undefined, offset, module };
}

/** The process's number as it sees itself: that is what it names its map after. */
function namespacePid(pid: number): number {
  try {
    const numbers = /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(numbers?.split(/\s+/).at(-1) ?? pid);
  } catch {
    return pid;
  }
}

function readOwned(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
