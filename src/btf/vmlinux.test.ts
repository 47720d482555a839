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

  // The first look-ups search the text, later ones use an index: both must give the same.
  test('finds the same by searching as by index', () => {
    const kinds = ['struct', 'union', 'enum', 'typedef', 'int', 'func', 'fwd'] as const;
    const wanted = ids
      .filter((id) => id % 1499 === 0 || id < 40)
      .flatMap((id) => {
        const type = btf.type(id);
        return 'name' in type && type.name ? [type.name] : [];
      });
    const names = [...wanted, 'u32', 'int', 'file', 'task_struct', 'list_head', 'no_such_type', 'e', ''];
    btf.find('task_struct'); // from now on by index
    for (const name of names) {
      const fresh = parseBtf(readFileSync(path)); // its first look-ups
      const kind = kinds.find((candidate) => btf.find(name, candidate) !== undefined) ?? 'struct';
      const found = [btf.find(name, kind), ...btf.findAll(name, kind)];
      expect([fresh.find(name, kind), ...fresh.findAll(name, kind)], `${kind} ${name}`).toEqual(found);
      fresh.expectManyLookups?.(); // the others by index
      expect([fresh.find(name, kind), ...fresh.findAll(name, kind)], `${kind} ${name}`).toEqual(found);
    }
    expect(btf.namesStartingWith('task_struct')).toContain('task_struct');
    expect(btf.namesStartingWith('task_struct___')).toEqual([]);
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
