// What is read from the objects that clang makes of `fixtures/`, and that writing them changes nothing.

import { beforeAll, describe, expect, test } from 'vitest';
import { compileC } from '../../test/support/compile-c.ts';
import { damage, randomNumbers } from '../../test/support/damage.ts';
import { processorMs } from '../../test/support/processor-time.ts';
import { BpfError, FormatError, InternalError, UnsupportedError, UsageError, ValueError } from '../base/index.ts';
import { encodeBtf, parseBtf, sizeOf } from '../btf/index.ts';
import { bpfRelocation, parseElf, sectionFlag, writeElf } from '../elf/index.ts';
import { decode, encode, exit, lddw, mov } from '../isa/index.ts';
import { selectPrograms, setGlobals, setMaxEntries } from './change-object.ts';
import { relocateCore } from './core/relocate.ts';
import { fillKconfig, parseKconfig } from './kconfig.ts';
import { readObject } from './read-object.ts';
import { kernelBtf, sanitizeBtf } from './sanitize-btf.ts';
import type { BpfObject, MapSpec, ProgramSpec } from './types.ts';
import { writeObject } from './write-object.ts';

const fixtures = ['maps', 'functions', 'globals', 'externs', 'struct-ops', 'core'] as const;
const compilers = ['clang-14', 'clang-16', 'clang-19'] as const;
type Fixture = (typeof fixtures)[number];

const bytes = new Map<string, Uint8Array>();
const objects = new Map<string, BpfObject>();
beforeAll(async () => {
  for (const compiler of compilers)
    for (const fixture of fixtures) {
      const object = await compileC(`src/object/fixtures/${fixture}.bpf.c`, [], compiler);
      bytes.set(`${fixture} ${compiler}`, object);
      objects.set(`${fixture} ${compiler}`, readObject(object, { name: `build/${fixture}.bpf.o` }));
    }
});

function objectOf(fixture: Fixture, compiler: (typeof compilers)[number] = 'clang-16'): BpfObject {
  return objects.get(`${fixture} ${compiler}`) as BpfObject;
}

function mapOf(object: BpfObject, name: string): MapSpec {
  const map = object.maps.find((candidate) => candidate.name === name);
  if (!map) throw new Error(`no map ${name} among ${object.maps.map((other) => other.name).join(', ')}`);
  return map;
}

function programOf(object: BpfObject, name: string): ProgramSpec {
  return object.programs.find((candidate) => candidate.name === name) as ProgramSpec;
}

describe.each(compilers)('objects of %s', (compiler) => {
  test.each(fixtures)('%s: written and read again, it is the same', (fixture) => {
    const object = objectOf(fixture, compiler);
    const written = writeObject(object);
    const again = readObject(written, { name: object.name });
    const plain = ({ btf, btfBytes, ...rest }: BpfObject): object => ({ ...rest, types: btf?.length });
    expect(plain(again)).toEqual(plain(object));
    expect(writeObject(again)).toEqual(written);
    expect(writeObject(object)).toEqual(written);
  });

  test('every kind of map', () => {
    const object = objectOf('maps', compiler);
    expect(mapOf(object, 'hash')).toMatchObject({
      type: 'hash',
      keySize: 8,
      valueSize: 24,
      maxEntries: 1000,
      flags: 1,
    });
    expect(mapOf(object, 'counters')).toMatchObject({ type: 'percpu_array', keySize: 4, valueSize: 24, keyType: 0 });
    expect(mapOf(object, 'on_node')).toMatchObject({ flags: 4, numaNode: 0 });
    expect(mapOf(object, 'bloom')).toMatchObject({ type: 'bloom_filter', keySize: 0, extra: 5n });
    expect(mapOf(object, 'perf')).toMatchObject({ type: 'perf_event_array', maxEntries: 0 });
    expect(mapOf(object, 'outer')).toMatchObject({
      valueSize: 4,
      inner: { name: 'outer.inner', type: 'array', maxEntries: 4, valueSize: 8 },
      initial: [
        { index: 0, name: 'inner_a' },
        { index: 2, name: 'inner_b' },
      ],
    });
    expect(mapOf(object, 'outer_hash').inner).toMatchObject({ type: 'hash', maxEntries: 5 });
    expect(mapOf(object, 'jumps').initial).toEqual([
      { index: 1, name: 'target_one' },
      { index: 2, name: 'target_two' },
    ]);
    const { keyType } = mapOf(object, 'hash');
    expect(object.btf?.type(keyType)).toMatchObject({ kind: 'struct', name: 'map_key' });
  });

  test('functions are appended once, in the order they are met', () => {
    const object = objectOf('functions', compiler);
    expect(object.kernelVersion).toBe(0x60102);
    expect(object.license).toBe('Dual MIT/GPL');
    const names = (name: string): string[] => programOf(object, name).functions.map((part) => part.name);
    expect(names('first')).toEqual(['first', 'on_element', 'leaf', 'weak_one', 'global_one', 'middle', 'hidden_one']);
    expect(names('second')).toEqual(['second', 'middle', 'leaf', 'global_one']);
    expect(names('alone')).toEqual(['alone']);
    for (const program of object.programs) {
      expect(program.funcInfo.map(({ instruction }) => instruction)).toEqual(
        program.functions.map(({ start }) => start),
      );
      const end = program.functions.reduce((sum, { length }) => sum + length, 0);
      expect(program.code.length).toBe(end * 8);
      expect(
        program.lines.every(({ instruction }, index, all) => instruction >= (all[index - 1]?.instruction ?? 0)),
      ).toBe(true);
      for (const { instruction, type } of program.funcInfo) {
        const name = program.functions.find(({ start }) => start === instruction)?.name;
        expect(object.btf?.type(type)).toMatchObject({ kind: 'func', name });
      }
    }
    const hidden = programOf(object, 'first').functions.find(({ name }) => name === 'hidden_one');
    expect(hidden?.linkage).toBe('static');
  });

  test('calls and addresses lead to functions', () => {
    for (const { code, functions, references } of objectOf('functions', compiler).programs) {
      const starts = new Set(functions.map(({ start }) => start));
      for (const [slot, { opcode, src, imm }] of decode(code).entries())
        if (opcode === 0x85 && src === 1) expect(starts).toContain(slot + 1 + imm);
      for (const reference of references)
        if (reference.kind === 'subprogram') expect(starts).toContain(reference.target);
    }
  });

  test('sections of global variables are maps named as libbpf names them', () => {
    const object = objectOf('globals', compiler);
    const names = object.maps.map(({ name }) => name);
    for (const name of [
      'globals.data',
      'globals.rodata',
      'globals.bss',
      '.data.custom',
      '.rodata.custom',
      '.bss.custom',
    ])
      expect(names).toContain(name);
    expect(mapOf(object, 'globals.rodata')).toMatchObject({ flags: 0x480, maxEntries: 1, keySize: 4 });
    expect(mapOf(object, 'globals.data').flags).toBe(0x400);
    expect(mapOf(object, '.rodata.str1.1')).toMatchObject({ flags: 0x80, valueType: 0 });
    const bss = mapOf(object, 'globals.bss').data;
    const bigZero = bss?.variables.find(({ name }) => name === 'big_zero');
    expect(bigZero).toMatchObject({ size: 800, linkage: 'global' });
    const data = mapOf(object, 'globals.data').data;
    const initialised = data?.variables.find(({ name }) => name === 'initialised');
    const view = new DataView(data?.contents.buffer ?? new ArrayBuffer(0));
    expect(view.getInt32(initialised?.offset ?? 0, true)).toBe(42);
    expect(data?.variables.find(({ name }) => name === 'hidden_one')?.linkage).toBe('static');
    for (const { data: section } of object.maps)
      for (const { type, size } of section?.variables ?? [])
        if (type !== 0) expect(sizeOf(object.btf as NonNullable<BpfObject['btf']>, type)).toBe(size);
    // Only one member of it is used, and clang keeps only that.
    expect(data?.variables.find(({ name }) => name.startsWith('own_pair'))).toMatchObject({ size: 8, type: 0 });
  });

  test('externs', () => {
    const object = objectOf('externs', compiler);
    const kinds = Object.fromEntries(
      object.externs.map(({ name, kind, weak }) => [name, `${weak ? 'weak ' : ''}${kind}`]),
    );
    expect(kinds).toMatchObject({
      CONFIG_HZ: 'kconfig',
      CONFIG_NOT_THERE: 'weak kconfig',
      schedule: 'ksym',
      not_a_symbol: 'weak ksym',
      bpf_task_acquire: 'kfunc',
      not_a_function: 'weak kfunc',
    });
    const untyped = object.externs.find(({ name }) => name === 'schedule');
    expect(untyped?.type).toBe(0);
    const references = programOf(object, 'use').references.map((reference) => reference.kind);
    for (const kind of ['map-value', 'ksym', 'kfunc']) expect(references).toContain(kind);
    // The kernel takes no externs: every one has become something defined.
    const types = parseBtf(object.btfBytes ?? new Uint8Array(0));
    for (let id = 1; id < types.length; id++) {
      const type = types.type(id);
      if (type.kind === 'var' || type.kind === 'func') expect(type.linkage).not.toBe('extern');
    }
  });

  test('struct_ops', () => {
    const object = objectOf('struct-ops', compiler);
    const map = mapOf(object, 'own');
    expect(map).toMatchObject({ type: 'struct_ops', flags: 0, autocreate: true });
    expect(map.structOps?.kernelType).toBe('tcp_congestion_ops');
    expect(map.structOps?.functions.map(({ member, program }) => `${member} ${program}`).sort()).toEqual([
      'cong_avoid own_cong_avoid',
      'ssthresh own_ssthresh',
      'undo_cwnd own_undo_cwnd',
    ]);
    expect(programOf(object, 'own_ssthresh')).toMatchObject({
      type: 'struct_ops',
      attach: { kind: 'struct-ops', map: 'own' },
    });
  });

  test('relocated against its own types, code stays as it is', () => {
    for (const fixture of ['core', 'functions'] as const) {
      const object = objectOf(fixture, compiler);
      const { btf } = object;
      // Flavours answer for each other, and of bit-fields libbpf loads the fewest bytes, compilers do not.
      const unstable = ['types', 'fields', 'bitfields'];
      const programs = object.programs.filter(({ name }) => !unstable.includes(name));
      const relocated = relocateCore({ btf, programs }, { btf });
      expect(relocated.map(({ code }) => code)).toEqual(programs.map(({ code }) => code));
      expect(relocated.every(({ poisoned }) => !poisoned)).toBe(true);
    }
  });
});

describe('changes', () => {
  test('of global variables', () => {
    const object = objectOf('globals');
    const changed = setGlobals(object, { constant: Uint8Array.of(9, 0, 0, 0), zero: Uint8Array.of(1, 0, 0, 0) });
    const { data } = mapOf(changed, 'globals.rodata');
    const place = data?.variables.find(({ name }) => name === 'constant');
    expect(data?.contents[place?.offset ?? -1]).toBe(9);
    expect(mapOf(object, 'globals.rodata').data?.contents[place?.offset ?? -1]).toBe(5);
    expect(() => setGlobals(object, { constnt: new Uint8Array(4) })).toThrow(UsageError);
    expect(() => setGlobals(object, { constnt: new Uint8Array(4) })).toThrow('constnt');
    expect(() => setGlobals(object, { constant: new Uint8Array(8) })).toThrow(ValueError);
  });

  test('of sizes and choice of programs', () => {
    const object = objectOf('maps');
    const changed = setMaxEntries(object, { hash: 7 });
    expect(mapOf(readObject(writeObject(changed), { name: 'maps' }), 'hash').maxEntries).toBe(7);
    expect(() => setMaxEntries(object, { hsh: 7 })).toThrow(UsageError);
    expect(() => setMaxEntries(object, { hash: -1 })).toThrow(ValueError);
    expect(selectPrograms(object, ['use']).programs.map(({ name }) => name)).toEqual(['use']);
    expect(() => selectPrograms(object, ['used'])).toThrow(UsageError);
  });
});

describe('kconfig', () => {
  const config = parseKconfig(
    '# a comment\nCONFIG_BPF_SYSCALL=y\nCONFIG_BPF=m\nCONFIG_NET=y\nCONFIG_HZ=250\nCONFIG_NR_CPUS=0x100\nCONFIG_CC_VERSION_TEXT="gcc (Debian 12.2.0-14) 12.2.0"\n',
  );
  const numbers: Readonly<Record<string, bigint>> = {
    LINUX_KERNEL_VERSION: 0x60102n,
    LINUX_HAS_BPF_COOKIE: 1n,
    LINUX_HAS_SYSCALL_WRAPPER: 0n,
  };
  const lookup = (name: string): string | bigint | undefined => numbers[name] ?? config.get(name);

  test('values of every type', () => {
    const filled = fillKconfig(objectOf('externs'), lookup);
    const { data } = mapOf(filled, 'externs.kconfig');
    const value = (name: string): number[] => {
      const place = data?.variables.find((variable) => variable.name === name);
      return [...(data?.contents.subarray(place?.offset, (place?.offset ?? 0) + (place?.size ?? 0)) ?? [])];
    };
    expect(value('LINUX_KERNEL_VERSION')).toEqual([2, 1, 6, 0]);
    expect(value('CONFIG_BPF_SYSCALL')).toEqual([1]);
    expect(value('CONFIG_BPF')).toEqual([2, 0, 0, 0]);
    expect(value('CONFIG_NET')).toEqual([0x79]);
    expect(value('CONFIG_HZ')).toEqual([250, 0, 0, 0, 0, 0, 0, 0]);
    expect(value('CONFIG_NR_CPUS')).toEqual([0, 1]);
    expect(new TextDecoder().decode(Uint8Array.from(value('CONFIG_CC_VERSION_TEXT')))).toBe('gcc (Debian 12.2.0-\0');
    expect(value('CONFIG_NOT_THERE')).toEqual([0, 0, 0, 0]);
  });

  test.each([
    ['CONFIG_HZ', undefined, UnsupportedError],
    ['CONFIG_BPF_SYSCALL', 'm', ValueError],
    ['CONFIG_BPF_SYSCALL', '"text"', ValueError],
    ['CONFIG_NR_CPUS', '65536', ValueError],
    ['CONFIG_NR_CPUS', '-1', ValueError],
    ['CONFIG_NR_CPUS', 'many', ValueError],
    ['CONFIG_HZ', 'y', ValueError],
    ['CONFIG_CC_VERSION_TEXT', '3', ValueError],
    ['CONFIG_CC_VERSION_TEXT', '"open', ValueError],
  ] as const)('%s=%s is refused', (name, value, error) => {
    const one = (asked: string): string | bigint | undefined => (asked === name ? value : lookup(asked));
    expect(() => fillKconfig(objectOf('externs'), one)).toThrow(error);
  });
});

test('types for the oldest kernels have only the kinds they know', () => {
  const none = {
    func: false,
    datasec: false,
    globalFunc: false,
    float: false,
    declTag: false,
    typeTag: false,
    enum64: false,
  };
  for (const object of objects.values()) {
    const before = object.btf as NonNullable<BpfObject['btf']>;
    const after = sanitizeBtf(before, none);
    const kinds = new Set<string>();
    for (let id = 1; id < after.length; id++) kinds.add(after.type(id).kind);
    for (const kind of ['func', 'funcProto', 'var', 'datasec', 'float', 'declTag', 'typeTag', 'enum64'])
      expect(kinds).not.toContain(kind);
    const all = {
      func: true,
      datasec: true,
      globalFunc: true,
      float: true,
      declTag: true,
      typeTag: true,
      enum64: true,
    };
    expect(kernelBtf(object, all)).toBe(object.btfBytes);
    expect(parseBtf(kernelBtf(object, none) ?? new Uint8Array(0)).length).toBeGreaterThanOrEqual(before.length);
  }
});

describe('legacy maps and small objects', () => {
  const code = encode([...lddw(1, 0n), mov(0, 0), exit()]);
  const build = (maps: Uint8Array, names: readonly string[], section = 'maps'): Uint8Array =>
    writeElf({
      sections: [
        {
          name: 'xdp',
          flags: sectionFlag.execInstr | sectionFlag.alloc,
          data: code,
          relocations: [{ offset: 0, type: bpfRelocation.imm64, symbol: 1 }],
        },
        { name: section, flags: sectionFlag.alloc, data: maps },
      ],
      symbols: [
        { name: 'p', type: 'function', binding: 'global', section: 0, size: code.length },
        ...names.map((name, index) => ({
          name,
          type: 'object' as const,
          binding: 'global' as const,
          section: 1,
          value: (index * maps.length) / names.length,
        })),
      ],
    });
  const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

  test('struct bpf_map_def, short and long', () => {
    const [a, b] = readObject(build(words(1, 4, 8, 10, 1, 2, 4, 4, 5, 0), ['a', 'b']), { name: 'x' }).maps;
    expect(a).toMatchObject({ name: 'a', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 10, flags: 1 });
    expect(b).toMatchObject({ name: 'b', type: 'array', maxEntries: 5, flags: 0 });
    const [samples] = readObject(build(words(1, 4, 8, 10, 4, 0, 1), ['a']), { name: 'x' }).maps;
    expect(samples).toMatchObject({ numaNode: 1 });
    const iproute2 = words(12, 4, 4, 10, 0, 0, 0, 7, 0, 2, 4, 8, 3, 0, 7, 2, 0, 0);
    const [outer, inner] = readObject(build(iproute2, ['outer', 'inner']), { name: 'x' }).maps;
    expect(outer).toMatchObject({ type: 'array_of_maps', inner: { type: 'array', maxEntries: 3 } });
    expect(inner).toMatchObject({ pinning: 'by-name' });
  });

  test('a program of an object without types, written and read', () => {
    const object = readObject(build(words(1, 4, 8, 10, 0), ['a']), { name: 'x' });
    expect(object.btf).toBeUndefined();
    expect(object.programs[0]?.references).toEqual([{ kind: 'map', instruction: 0, map: 'a' }]);
    const again = readObject(writeObject(object), { name: 'x' });
    expect(again.programs).toEqual(object.programs);
    expect(again.maps).toEqual(object.maps);
  });

  test.each([
    ['an unknown field', (): Uint8Array => build(words(1, 4, 8, 10, 0, 9), ['a']), 'not known'],
    ['an unknown type', (): Uint8Array => build(words(99, 4, 8, 10, 0), ['a']), 'unknown map type 99'],
    ['sizes that do not agree', (): Uint8Array => build(words(1, 4, 8, 10, 0), ['a', 'b']), 'hold no 2'],
    ['the same name twice', (): Uint8Array => build(words(1, 4, 8, 1, 0, 1, 4, 8, 1, 0), ['a', 'a']), 'declared twice'],
    ['data of an unknown section', (): Uint8Array => build(words(1), ['a'], 'nonsense'), 'nonsense'],
    ['no types', (): Uint8Array => build(words(1), ['a'], '.maps'), 'no type information'],
    ['nothing', (): Uint8Array => new Uint8Array(0), 'not an ELF file'],
  ])('%s is refused', (_, make, message) => {
    expect(() => readObject(make(), { name: 'x' })).toThrow(FormatError);
    expect(() => readObject(make(), { name: 'x' })).toThrow(message);
  });

  test('relocations that make no sense are refused', () => {
    const good = parseElf(build(words(1, 4, 8, 10, 0), ['a']));
    expect(good.relocations(good.sections[1] as (typeof good.sections)[number])).toHaveLength(1);
    for (const [offset, type, symbol] of [
      [8, bpfRelocation.imm64, 1],
      [0, bpfRelocation.imm32, 1],
      [0, 77, 1],
      [400, bpfRelocation.imm64, 1],
      [4, bpfRelocation.imm64, 1],
    ] as const) {
      const sections = [
        { name: 'xdp', flags: sectionFlag.execInstr, data: code, relocations: [{ offset, type, symbol }] },
        { name: 'maps', data: words(1, 4, 8, 10, 0) },
      ];
      const symbols = [
        { name: 'p', type: 'function', binding: 'global', section: 0, size: code.length },
        { name: 'a', type: 'object', binding: 'global', section: 1 },
      ] as const;
      expect(() => readObject(writeElf({ sections, symbols }), { name: 'x' })).toThrow(FormatError);
    }
  });
});

const cases = process.env.TSBPF_LONG ? 20_000 : 250;

test.each(fixtures)(
  'damaged copies of %s give a value or a typed error, in bounded time',
  { timeout: 1_200_000 },
  (fixture) => {
    // As written by us, there is no debug information: every byte matters.
    const good = writeObject(objectOf(fixture));
    const random = randomNumbers(fixture.length);
    for (let index = 0; index < cases; index++) {
      const bad = damage(good, random, index % 2 === 0 ? 64 : good.length);
      const tookMs = processorMs(() => {
        const object = expecting(FormatError, () => readObject(bad, { name: 'damaged' }));
        if (!object) return;
        expecting(BpfError, () => relocateCore(object, { btf: object.btf }));
        expecting(BpfError, () => fillKconfig(object, () => 'y'));
        expecting(BpfError, () => writeObject(object));
        if (object.btf) expecting(BpfError, () => encodeBtf(object.btf as NonNullable<BpfObject['btf']>));
      });
      expect(tookMs).toBeLessThan(10_000);
    }
  },
);

function expecting<T>(kind: abstract new (...args: never[]) => Error, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof kind) || error instanceof InternalError) throw error;
    return undefined;
  }
}
