// Reading, linking and writing against libbpf: the same objects, and the same instructions out of both.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileC, compileExecutable } from '../../test/support/compile-c.ts';
import { parseBtf } from '../btf/index.ts';
import { programTypes } from '../spec/index.ts';
import { relocateCore } from './core/relocate.ts';
import { kernelName } from './map-name.ts';
import { readObject } from './read-object.ts';
import type { BpfObject, ProgramSpec, Reference } from './types.ts';
import { writeObject } from './write-object.ts';

const kernelTypes = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
const fixtures = ['maps', 'functions', 'globals', 'externs', 'struct-ops', 'core'];
const compilers = ['clang-14', 'clang-16', 'clang-19'];

let directory: string;
let libbpfDump: string;
interface Dump {
  readonly load: string | undefined;
  readonly programs: ReadonlyMap<string, { readonly type: number; readonly code: Buffer }>;
  readonly maps: readonly { readonly name: string; readonly numbers: readonly number[] }[];
}

/** What libbpf makes of an object; the file's name decides the names of maps. */
async function askLibbpf(bytes: Uint8Array, name: string): Promise<Dump> {
  const path = join(directory, name);
  await writeFile(path, bytes);
  const { stdout } = spawnSync(libbpfDump, [path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const programs = Array.from(
    stdout.matchAll(/^program (\S+) (\d+) \d+ (\w*)$/gm),
    ([, program = '', type, hex = '']) => [program, { type: Number(type), code: Buffer.from(hex, 'hex') }] as const,
  );
  const maps = Array.from(stdout.matchAll(/^map (\S+) (\d+ \d+ \d+ \d+ \d+)$/gm), ([, map = '', numbers = '']) => ({
    name: map,
    numbers: numbers.split(' ').map(Number),
  }));
  return { load: /^load (-?\d+)$/m.exec(stdout)?.[1], programs: new Map(programs), maps };
}

/** The code with what only a running kernel decides set to 0. */
function comparable({ references }: ProgramSpec, code: Uint8Array): string {
  const copy = Buffer.from(code);
  for (const { instruction, kind } of references) {
    const at = instruction * 8;
    if (kind === 'subprogram') continue;
    copy.writeInt32LE(0, at + 4);
    if (kind === 'map' || kind === 'map-value') continue;
    copy.writeUInt8((copy[at + 1] ?? 0) & 0x0f, at + 1);
    copy.writeUInt16LE(0, at + 2);
    if (kind === 'ksym') copy.writeInt32LE(0, at + 12);
    // libbpf replaces the call of a function that is not there.
    else copy.writeUInt8(0, at);
  }
  return copy.toString('hex');
}

const namesMap = (reference: Reference): boolean => reference.kind === 'map' || reference.kind === 'map-value';

/** Compares all programs that libbpf came to relocate; returns how many. */
function compare(object: BpfObject, dump: Dump): number {
  let compared = 0;
  const programs = object.programs.filter(({ autoload }) => autoload);
  for (const program of relocateCore(object, { btf: kernelTypes }, programs)) {
    const theirs = dump.programs.get(program.name);
    expect(theirs, `libbpf knows ${program.name}`).toBeDefined();
    if (!theirs || theirs.code.length < program.code.length) continue;
    const isUnfinished = program.references.some(
      (reference) => namesMap(reference) && (theirs.code[reference.instruction * 8 + 1] ?? 0) >> 4 === 0,
    );
    if (dump.load !== '0' && isUnfinished) continue;
    expect(comparable(program, program.code), program.name).toBe(comparable(program, theirs.code));
    expect(programTypes.find(({ name }) => name === program.type)?.value, program.section).toBe(theirs.type);
    compared++;
  }
  for (const { name, numbers } of dump.maps) {
    const map = object.maps.find((candidate) => kernelName(candidate.name) === kernelName(name));
    expect(map, `map ${name}`).toBeDefined();
    // Kernels decide the size of these.
    if (!map || map.type === 'struct_ops') continue;
    const ours = [map.keySize, map.valueSize, map.flags];
    expect(ours, name).toEqual([numbers[1], numbers[2], numbers[4]]);
    if (map.maxEntries !== 0 && map.type !== 'ringbuf') expect(numbers[3]).toBe(map.maxEntries);
  }
  return compared;
}

/** The objects inside the executables of libbpf-tools: real programs, made by others. */
function* embeddedObjects(): Generator<{ readonly name: string; readonly bytes: Uint8Array }> {
  const { stdout } = spawnSync('dpkg', ['-L', 'libbpf-tools'], { encoding: 'utf8' });
  const places = (stdout ?? '').split('\n').filter((path) => /^\/usr\/s?bin\/[^/]+$/.test(path));
  if (places.length === 0) throw new Error('libbpf-tools is needed: apt-get install libbpf-tools');
  const known = new Set(places.flatMap((path) => readdirSync(join(path, '..'))));
  for (const path of places) {
    if (!known.has(path.slice(path.lastIndexOf('/') + 1))) continue;
    const file = readFileSync(path);
    const magic = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    for (let at = file.indexOf(magic, 4); at >= 0; at = file.indexOf(magic, at + 4)) {
      if (file.readUInt32LE(at + 16) !== 0x00f7_0001) continue;
      const end = at + Number(file.readBigUInt64LE(at + 40)) + file.readUInt16LE(at + 60) * 64;
      yield { name: `${path.slice(path.lastIndexOf('/') + 1)}.bpf.o`, bytes: file.subarray(at, end) };
    }
  }
}

// The virtual machine has neither libbpf nor bpftool nor libbpf-tools.
describe.skipIf(process.env.TSBPF_QEMU === '1')('against libbpf', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tsbpf-object-'));
    libbpfDump = await compileExecutable('src/object/fixtures/libbpf-dump.c', ['-Wl,--no-as-needed', '-lbpf']);
  });
  afterAll(() => rm(directory, { recursive: true }));

  describe.each(compilers)('objects of %s', (compiler) => {
    test.each(fixtures)('%s: libbpf loads it as compiled and as written, with our instructions', async (fixture) => {
      const name = `${fixture}.bpf.o`;
      const compiled = await compileC(`src/object/fixtures/${fixture}.bpf.c`, [], compiler);
      const object = readObject(compiled, { name });
      const first = await askLibbpf(compiled, name);
      expect(first.load).toBe('0');
      expect(compare(object, first)).toBeGreaterThan(0);
      const written = writeObject(object);
      const second = await askLibbpf(written, name);
      expect(second.load).toBe('0');
      expect(compare(readObject(written, { name }), second)).toBeGreaterThan(0);
    });
  });

  test('bpftool loads what we write', async () => {
    const mount = `/sys/fs/bpf/tsbpf-object-${process.pid}`;
    for (const fixture of ['maps', 'functions', 'core']) {
      const compiled = await compileC(`src/object/fixtures/${fixture}.bpf.c`);
      const path = join(directory, `${fixture}.o`);
      await writeFile(path, writeObject(readObject(compiled, { name: path })));
      await mkdir('/sys/fs/bpf', { recursive: true });
      const { status, stderr, error } = spawnSync('bpftool', ['prog', 'loadall', path, mount], { encoding: 'utf8' });
      await rm(mount, { recursive: true, force: true });
      if (error) throw new Error('bpftool is needed: apt-get install bpftool', { cause: error });
      expect(status, stderr).toBe(0);
    }
  });

  test('objects of libbpf-tools', { timeout: 1_200_000 }, async () => {
    const tally = { objects: 0, programs: 0 };
    for (const { name, bytes } of embeddedObjects()) {
      const object = readObject(bytes, { name });
      const first = await askLibbpf(bytes, name);
      tally.programs += compare(object, first);
      const written = writeObject(object);
      const again = readObject(written, { name });
      expect(again.programs, name).toEqual(object.programs);
      expect(again.maps, name).toEqual(object.maps);
      expect((await askLibbpf(written, name)).load, name).toBe(first.load);
      tally.objects++;
    }
    if (process.env.VERBOSE) console.log(tally);
    expect(tally.objects).toBeGreaterThan(30);
    expect(tally.programs).toBeGreaterThan(150);
  });
});
