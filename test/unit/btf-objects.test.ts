// BTF of real objects: read, written, printed and decoded, with bpftool and the compilers as oracles.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BtfBuilder,
  decoder,
  encodeBtf,
  encodeBtfWithExt,
  encoder,
  findMember,
  type ParsedBtf,
  parseBtf,
  parseBtfExt,
  printC,
  printTypeScript,
  sizeOf,
} from '../../src/btf/index.ts';
import { parseElf } from '../../src/elf/index.ts';
import { dumpByBpftool, inBpftoolWords } from '../support/bpftool-btf.ts';
import { checkLayout } from '../support/c-layout.ts';
import { compileC } from '../support/compile-c.ts';

const source = `
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int (*callback_t)(const char *, u64, ...);
enum kind { A, B = 5, C = -3 };
enum tiny { T1, T2 } __attribute__((packed));
struct forward;
struct inner { short s; char name[8]; _Bool ok; u32 lo:3, mid:13; int neg:5; enum kind ek:4; u64 w:40; };
struct packed { char c; u64 q; u32 bits:7, more:26; enum tiny t; } __attribute__((packed));
struct aligned { char c; } __attribute__((aligned(64)));
struct holes { char c; struct aligned a; int bits:3; long last; };
struct node { struct node *next; struct forward *other; callback_t call; void *(*table[3])(int); };
union either { u64 q; u32 d[2]; unsigned char b[8]; char text[5]; };
typedef struct { int x, y; } point_t;
struct event {
  struct inner in[2];
  union { u64 q; u32 d[2]; };
  struct { int a1; union { int a2; char a3; }; };
  enum kind k;
  enum tiny t;
  double dd; float ff;
  void *p;
  __int128 wide;
  char two[2][4];
  const volatile point_t points[3];
  struct packed pk;
  struct holes h;
  union either e;
  struct node n;
  char flexible[];
};
struct event *event;
int counter = 7;
static volatile const int setting = 3;
static __attribute__((noinline)) int helper(struct event *e, int n) { return e ? n + setting : counter; }
__attribute__((section("first"))) int one(struct event *ctx) {
  return helper(ctx, 2) + __builtin_preserve_access_index(({ ctx->k; }));
}
__attribute__((section("second"))) int two(void *ctx) {
  return helper(event, 3);
}
char _license[] __attribute__((section("license"))) = "GPL";
`;

const compilers = ['clang-14', 'clang-16', 'clang-19'];

describe.each(compilers)('%s', (compiler) => {
  const directory = mkdtempSync(join(tmpdir(), 'tsbpf-btf-'));
  const file = join(directory, 'object.o');
  let btf: ParsedBtf;
  let ext: Uint8Array;

  beforeAll(async () => {
    const bytes = await compileC(source, ['-Wno-unused'], compiler);
    writeFileSync(file, bytes);
    const elf = parseElf(bytes);
    btf = parseBtf(elf.section('.BTF')?.data ?? new Uint8Array());
    ext = elf.section('.BTF.ext')?.data ?? new Uint8Array();
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test('reads every type as bpftool does', () => {
    const theirs = dumpByBpftool(file);
    expect(theirs.length).toBe(btf.length - 1);
    // bpftool says what libbpf made of data sections; the rest is as it stands.
    const ours = theirs.map((_, index) => inBpftoolWords(btf, index + 1));
    const withoutSections = (types: readonly object[]): object[] =>
      types.filter((type) => (type as { kind: string }).kind !== 'DATASEC');
    expect(withoutSections(ours)).toEqual(withoutSections(theirs));
  });

  test('writes what it reads, in either byte order', () => {
    for (const endian of ['little', 'big'] as const) {
      const again = parseBtf(encodeBtf(btf, { endian }));
      expect(again.endian).toBe(endian);
      expect(again.length).toBe(btf.length);
      for (let id = 1; id < btf.length; id++) expect(again.type(id)).toEqual(btf.type(id));
    }
  });

  test('reads and writes .BTF.ext', () => {
    const parsed = parseBtfExt(ext, btf);
    expect(parsed.functions.map(({ section }) => section).sort()).toEqual(['.text', 'first', 'second']);
    const [first] = parsed.functions.filter(({ section }) => section === 'first');
    expect(btf.type(first?.records[0]?.type ?? 0)).toMatchObject({ kind: 'func', name: 'one' });
    const lines = source.split('\n');
    const records = parsed.lines.flatMap((section) => section.records);
    expect(records.length).toBeGreaterThan(3);
    for (const { file: name, text, line } of records) {
      expect(name).toMatch(/source\.bpf\.c$/);
      expect(text).toBe(lines[line - 1]);
    }
    const core = parsed.core.flatMap((section) => section.records);
    expect(core.map(({ kind, access }) => [kind, access])).toEqual([['field-byte-offset', '0:3']]);
    expect(btf.type(core[0]?.type ?? 0)).toMatchObject({ kind: 'struct', name: 'event' });

    const written = encodeBtfWithExt(btf, parsed);
    expect(parseBtfExt(written.ext, parseBtf(written.btf))).toEqual(parsed);
    expect(parseBtf(written.btf).type(1)).toEqual(btf.type(1));
  });

  test('prints C of the same layout', () => {
    const { assertions, complaints } = checkLayout(btf, compiler);
    expect(complaints).toBe('');
    expect(assertions).toBeGreaterThan(35);
  });

  test('prints C that gives the same types again', async () => {
    const id = btf.find('event', 'struct') ?? 0;
    const again = parseElf(await compileC(`${printC(btf, [id])}\nstruct event *event;`, [], compiler));
    const back = parseBtf(again.section('.BTF')?.data ?? new Uint8Array());
    for (const name of ['event', 'inner', 'packed', 'holes', 'node']) {
      const [mine, theirs] = [back, btf].map((table) => {
        const type = table.type(table.find(name, 'struct') ?? 0);
        if (type.kind !== 'struct') throw new Error(`no struct ${name}`);
        return { size: type.size, members: type.members.map(({ type: _, ...member }) => member) };
      });
      expect(mine).toEqual(theirs);
    }
  });

  test('decodes and encodes what a C compiler lays out', () => {
    const id = btf.find('event', 'struct') ?? 0;
    const bytes = new Uint8Array(sizeOf(btf, id)).map((_, index) => (index * 37 + 11) & 0x7f);
    const values = [true, false].map((generate) => decoder(btf, id, { generate })(new DataView(bytes.buffer), 0));
    expect(values[1]).toEqual(values[0]);
    const into = new DataView(new ArrayBuffer(bytes.length));
    encoder(btf, id)(values[0], into);
    expect(decoder(btf, id)(into, 0)).toEqual(values[0]);
    expect(Object.keys(values[0] as object)).toContain('a3');
  });

  test('finds members by path', () => {
    const id = btf.find('event', 'struct') ?? 0;
    expect(findMember(btf, id, 'a3')).toMatchObject({ bitOffset: findMember(btf, id, 'a2')?.bitOffset });
    const inner = sizeOf(btf, btf.find('inner', 'struct') ?? 0) * 8;
    expect(findMember(btf, id, 'in[1].mid')).toMatchObject({ bitSize: 13, bitOffset: inner + 96 });
    expect(findMember(btf, id, 'in[2].mid')).toBeUndefined();
    expect(findMember(btf, id, 'none')).toBeUndefined();
  });

  test('copies a type with all it needs', () => {
    const id = btf.find('event', 'struct') ?? 0;
    const builder = new BtfBuilder();
    const copy = builder.import(btf, id);
    expect(builder.import(btf, id)).toBe(copy);
    const names = [btf, builder].map((table) => printTypeScript(table, [table.find('event', 'struct') ?? 0]));
    expect(names[1]).toBe(names[0]);
    expect(parseBtf(encodeBtf(builder)).length).toBe(builder.length);
    const pruned = new BtfBuilder();
    pruned.import(btf, btf.find('node', 'struct') ?? 0, { pointees: 'forward' });
    expect(pruned.find('forward', 'fwd')).toBeDefined();
    expect(pruned.find('node', 'fwd')).toBeDefined();
  });
});
