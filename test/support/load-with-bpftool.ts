// Loads a BPF object by bpftool (libbpf), for tests of parts that stand beside the loader: they must not depend on it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedMap, LoadedProgram } from '../../src/kernel/types.ts';
import { type BpfObject, emptyMap, type MapSpec, type ProgramSpec } from '../../src/object/index.ts';
import { mapTypes, programTypes } from '../../src/spec/index.ts';
import { bpfFd, type Fd, mapInfoLayout, mountBpffs, objectInfo, programInfoLayout } from '../../src/sys/index.ts';

/** What was loaded; disposing it closes every descriptor. */
export interface BpftoolObject extends Disposable {
  program(name: string): LoadedProgram;
  map(name: string): LoadedMap;
}

interface Pin {
  readonly path: string;
  readonly name: string;
}

/** `attachTypes`: the kernel's number of the attach type a program was loaded with, by program name. */
export function loadWithBpftool(
  object: Uint8Array,
  attachTypes: Readonly<Record<string, number>> = {},
  loadOptions: readonly string[] = [],
): BpftoolObject {
  const place = `${mountBpffs()}/tsbpf-test-${process.pid}-${Math.floor(performance.now() * 1000)}`;
  const directory = mkdtempSync(join(tmpdir(), 'tsbpf-load-'));
  const owned: Fd[] = [];
  try {
    const file = join(directory, 'object.bpf.o');
    writeFileSync(file, object);
    execFileSync('bpftool', ['prog', 'loadall', file, `${place}-p`, ...loadOptions, 'pinmaps', `${place}-m`], {
      stdio: 'pipe',
    });
    const maps = new Map(pins(`${place}-m`).map((pin) => [pin.name, openMap(pin)]));
    const programs = new Map(pins(`${place}-p`).map((pin) => [pin.name, openProgram(pin, attachTypes, maps)]));
    owned.push(...[...maps.values(), ...programs.values()].map(({ fd }) => fd));
    return {
      program: (name) => found(programs, name),
      map: (name) => found(maps, name),
      [Symbol.dispose]: (): void => {
        for (const fd of owned) fd.close();
      },
    };
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw stderr ? new Error(`bpftool: ${stderr.subarray(-4000)}`, { cause: error }) : error;
  } finally {
    for (const path of [`${place}-p`, `${place}-m`, directory]) rmSync(path, { recursive: true, force: true });
  }
}

function found<T>(all: ReadonlyMap<string, T>, name: string): T {
  const one = all.get(name);
  if (!one) throw new Error(`no "${name}" among ${[...all.keys()].join(', ')}`);
  return one;
}

// bpftool pins each program under its C name and each map under its own; directories of bpffs can be read as usual.
function pins(directory: string): Pin[] {
  const names = execFileSync('ls', [directory], { encoding: 'utf8' }).split('\n').filter(Boolean);
  return names.map((name) => ({ path: join(directory, name), name }));
}

function openPinned(path: string, label: string): Fd {
  return bpfFd('BPF_OBJ_GET', { pathname: new TextEncoder().encode(`${path}\0`) }, label);
}

function openMap(pin: Pin): LoadedMap {
  const fd = openPinned(pin.path, `map "${pin.name}"`);
  const info = objectInfo(fd.number, mapInfoLayout);
  const type = mapTypes.find(({ value }) => value === info.type)?.name ?? 'hash';
  const spec: MapSpec = {
    ...emptyMap(pin.name),
    type,
    keySize: info.key_size,
    valueSize: info.value_size,
    maxEntries: info.max_entries,
    flags: info.map_flags,
  };
  return { fd, spec };
}

function openProgram(
  pin: Pin,
  attachTypes: Readonly<Record<string, number>>,
  maps: ReadonlyMap<string, LoadedMap>,
): LoadedProgram {
  const fd = openPinned(pin.path, `program "${pin.name}"`);
  const info = objectInfo(fd.number, programInfoLayout);
  const type = programTypes.find(({ value }) => value === info.type)?.name ?? 'kprobe';
  const spec = {
    name: pin.name,
    type,
    section: '',
    attach: undefined,
    attachType: undefined,
  } as unknown as ProgramSpec;
  const expectedAttachType = attachTypes[pin.name] ?? 0;
  return { fd, spec, expectedAttachType, attachBtfId: info.attach_btf_id, object: {} as BpfObject, maps };
}
