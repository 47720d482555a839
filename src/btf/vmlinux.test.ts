// The running kernel's BTF, whole: read, written, printed, with bpftool and compilers as oracles. Needs no privileges.

import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { dumpByBpftool, inBpftoolWords } from '../../test/support/bpftool-btf.ts';
import { checkLayout } from '../../test/support/c-layout.ts';
import { decoder } from './decoder.ts';
import { encodeBtf } from './encode-btf.ts';
import { sizeOf } from './layout.ts';
import { type ParsedBtf, parseBtf } from './parse-btf.ts';
import { printTypeScript } from './print-typescript.ts';
import type { BtfTypeOf } from './types.ts';

const path = '/sys/kernel/btf/vmlinux';

describe.runIf(existsSync(path))('the running kernel', () => {
  let btf: ParsedBtf;
  let ids: number[];
  beforeAll(() => {
    btf = parseBtf(readFileSync(path));
    ids = Array.from({ length: btf.length - 1 }, (_, index) => index + 1);
  });

  test('has every type as bpftool reads it', () => {
    const theirs = dumpByBpftool(path);
    expect(theirs.length).toBe(btf.length - 1);
    expect(theirs.filter((type, index) => !isDeepStrictEqual(inBpftoolWords(btf, index + 1), type))).toEqual([]);
  });

  test('is the same after writing', () => {
    const again = parseBtf(encodeBtf(btf));
    expect(again.length).toBe(btf.length);
    const others = ids.filter((id) => !isDeepStrictEqual(again.type(id), btf.type(id)));
    expect(others).toEqual([]);
  });

  // The first look-ups in the kernel's own types search the text, later ones use an index: both must give the same.
  test('finds the same by searching as by index, and reads no more than needed', () => {
    const kinds = ['struct', 'union', 'enum', 'typedef', 'int', 'func', 'fwd'] as const;
    const wanted = ids
      .filter((id) => id % 1499 === 0 || id < 40)
      .flatMap((id) => {
        const type = btf.type(id);
        return 'name' in type && type.name ? [type.name] : [];
      });
    const bytes = readFileSync(path);
    for (const name of [...wanted, 'u32', 'int', 'file', 'task_struct', 'list_head', 'no_such_type', 'e', '']) {
      const kind = kinds.find((candidate) => btf.find(name, candidate) !== undefined) ?? 'struct';
      const fresh = parseBtf(bytes, { fetch: () => {} }); // its first look-ups
      const found = [btf.find(name, kind), ...btf.findAll(name, kind)];
      expect([fresh.find(name, kind), ...fresh.findAll(name, kind)], `${kind} ${name}`).toEqual(found);
      for (const id of found) if (id !== undefined) expect(fresh.type(id)).toEqual(btf.type(id));
    }
    expect(btf.namesStartingWith('task_struct')).toContain('task_struct');
    expect(btf.namesStartingWith('task_struct___')).toEqual([]);
  });

  test('is read as far as needed', () => {
    const all = readFileSync(path);
    const bytes = new Uint8Array(all.length);
    let readable = 0;
    const fetch = (start: number, end: number): void => {
      if (end > bytes.length / 2) return void bytes.set(all.subarray(start, end), start); // strings
      readable = Math.max(readable, end);
      bytes.set(all.subarray(0, readable));
    };
    const lazy = parseBtf(bytes, { fetch });
    const id = lazy.find('task_struct', 'struct') ?? 0;
    expect(lazy.type(id)).toEqual(btf.type(id));
    const member = (btf.type(id) as BtfTypeOf<'struct'>).members.find(({ name }) => name === 'mm');
    expect(lazy.type(member?.type ?? 0)).toEqual(btf.type(member?.type ?? 0));
    expect(readable).toBeLessThan(all.length / 8);
  });

  test('reads far types in few steps: each opens the file', () => {
    const bytes = readFileSync(path);
    let steps = 0;
    const lazy = parseBtf(bytes, { fetch: () => void steps++ });
    const far = Math.floor(btf.length / 2);
    expect(lazy.type(far)).toEqual(btf.type(far));
    expect(steps).toBeLessThan(bytes.length / 2 / (32 << 10));
  });

  test('finds enumerators by searching as by index, and by index after many searches', () => {
    const bytes = readFileSync(path);
    const fresh = parseBtf(bytes, { fetch: () => {} });
    const names = ['BPF_MAP_TYPE_HASH', 'TCP_ESTABLISHED', 'task_struct', 'no_such_name', ''];
    for (const name of names) expect(fresh.findEnumerator(name), name).toBe(btf.findEnumerator(name));
    for (let i = 0; i < 40; i++) expect(fresh.find(`no_such_type_${i}`, 'struct')).toBeUndefined();
    for (const name of names) expect(fresh.findEnumerator(name), name).toBe(btf.findEnumerator(name));
    expect(fresh.find('file', 'struct')).toBe(btf.find('file', 'struct'));
    expect(fresh.length).toBe(btf.length);
  });

  test('finds every type by name as a search of all does', () => {
    const first = new Map<string, number>();
    const lost = ids.filter((id) => {
      const type = btf.type(id);
      if (!('name' in type) || type.name === '') return false;
      const key = `${type.kind} ${type.name}`;
      if (!first.has(key)) first.set(key, id);
      if (!first.has(type.name)) first.set(type.name, id);
      return btf.find(type.name, type.kind) !== first.get(key) || btf.find(type.name) !== first.get(type.name);
    });
    expect(lost).toEqual([]);
    expect(first.size).toBeGreaterThan(10_000);
    expect(btf.find('no such type')).toBeUndefined();
    for (const id of btf.findAll('file')) expect(btf.type(id)).toMatchObject({ name: 'file' });
  });

  test('finds the enum of every enumerator as a search of all does', () => {
    const first = new Map<string, number>();
    for (const id of ids) {
      const type = btf.type(id);
      if (type.kind !== 'enum' && type.kind !== 'enum64') continue;
      for (const { name } of type.values) if (!first.has(name)) first.set(name, id);
    }
    expect(first.size).toBeGreaterThan(10_000);
    expect([...first].filter(([name, id]) => btf.findEnumerator(name) !== id)).toEqual([]);
    for (const name of ['', 'TCP_ESTABLISHE', 'task_struct']) expect(btf.findEnumerator(name)).toBeUndefined();
  });

  test.each([
    ['clang-16', ['-target', 'bpf']],
    ['gcc', ['-Wno-attributes']],
  ])('prints a header that %s lays out alike', (compiler, flags) => {
    const { assertions, complaints } = checkLayout(btf, compiler, flags);
    expect(complaints).toBe('');
    expect(assertions).toBeGreaterThan(10_000);
  });

  test('decodes every struct both ways alike, and types it', () => {
    const bytes = new Uint8Array(1 << 20).map((_, index) => (index * 31 + 7) & 0x7f);
    const view = new DataView(bytes.buffer);
    let decoded = 0;
    for (let id = 1; id < btf.length; id += 13) {
      const type = btf.type(id);
      if (type.kind !== 'struct' || sizeOf(btf, id) > 4096) continue;
      expect(decoder(btf, id)(view, 8)).toEqual(decoder(btf, id, { generate: false })(view, 8));
      expect(printTypeScript(btf, [id])).toMatch(/^export /);
      decoded++;
    }
    expect(decoded).toBeGreaterThan(100);
  });
});
