// Damaged ELF and BTF gives a value or a FormatError, in bounded time. TSBPF_LONG=1: 100,000 cases each.

import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { FormatError, UsageError } from '../../src/base/index.ts';
import {
  alignOf,
  type Btf,
  BtfBuilder,
  decoder,
  encodeBtf,
  findMember,
  flattenMembers,
  parseBtf,
  parseBtfExt,
  printC,
  printTypeScript,
  sizeOf,
  typeName,
} from '../../src/btf/index.ts';
import { parseElf } from '../../src/elf/index.ts';
import { compileC, compileExecutable } from '../support/compile-c.ts';
import { damage, randomNumbers } from '../support/damage.ts';
import { processorMs } from '../support/processor-time.ts';

const source = `
typedef unsigned int u32;
struct list { struct list *next; int (*call)(struct list *, u32, ...); };
union value { unsigned long long wide; char text[16]; u32 parts[4]; };
enum mode { OFF, ON = 7, NEGATIVE = -2 };
enum wide { HUGE = 1ULL << 40 };
struct event { u32 pid:20, cpu:12; union value v; struct { enum mode m; enum wide w; }; const volatile char *name; double d; struct list l[2]; };
struct event *event; int counter;
static __attribute__((noinline)) int helper(struct event *e) { return e ? counter : 1; }
__attribute__((section("first"))) int one(struct event *e) { return helper(e) + __builtin_preserve_access_index(({ e->m; })); }
__attribute__((section("second"))) int two(void *e) { return helper(event); }
char _license[] __attribute__((section("license"))) = "GPL";
`;

const cases = process.env.TSBPF_LONG ? 100_000 : 2_000;
const slowestMs = 10_000;

let good: Uint8Array;
beforeAll(async () => {
  good = Uint8Array.from(await compileC(source, ['-Wno-unused']));
});

/** Runs the reader over damaged copies; nothing but a FormatError may come out. Returns how many came through. */
function fuzz(input: Uint8Array, seed: number, head: number, read: (bytes: Uint8Array) => void): number {
  const random = randomNumbers(seed);
  let through = 0;
  for (let i = 0; i < cases; i++) {
    const bytes = damage(input, random, head);
    const tookMs = processorMs(() => {
      try {
        read(bytes);
        through++;
      } catch (error) {
        if (!(error instanceof FormatError)) throw new Error(`case ${i} of seed ${seed}`, { cause: error });
      }
    });
    if (tookMs > slowestMs) throw new Error(`case ${i} of seed ${seed} took ${tookMs} ms`);
  }
  return through;
}

/** Goes on after a FormatError: one bad type must not hide the next. */
function attempt(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}

function readElf(bytes: Uint8Array): void {
  const elf = parseElf(bytes);
  for (const section of elf.sections) {
    attempt(() => section.data);
    attempt(() => elf.relocations(section));
  }
  attempt(() => [...elf.symbols]);
  attempt(() => elf.symbols.find('one'));
  attempt(() => elf.symbols.resolve(8));
  attempt(() => [...elf.dynamicSymbols]);
  attempt(() => elf.notes());
  attempt(() => elf.buildId());
  attempt(() => elf.debugLink());
  elf.fileOffset(0x1000);
  elf.address(0x1000);
}

const view = new DataView(new ArrayBuffer(4096));

function readTypes(btf: Btf): void {
  for (let id = 0; id < btf.length; id++) {
    attempt(() => btf.type(id));
    attempt(() => sizeOf(btf, id));
    attempt(() => alignOf(btf, id));
    attempt(() => typeName(btf, id));
    attempt(() => flattenMembers(btf, id));
    attempt(() => findMember(btf, id, 'l[1].next'));
    attempt(() => new BtfBuilder().import(btf, id));
    attempt(() => printTypeScript(btf, [id]));
    attempt(() => {
      if (sizeOf(btf, id) <= 4096) decoder(btf, id, { generate: id % 2 === 0 })(view, 0);
    });
  }
  attempt(() => printC(btf));
  attempt(() => btf.findAll('event'));
  attempt(() => {
    try {
      parseBtf(encodeBtf(btf));
    } catch (error) {
      // What can be read cannot always be written: one fault may take a bit-field beyond what the format can say.
      if (!(error instanceof UsageError)) throw error;
    }
  });
}

test('ELF objects', { timeout: 600_000 }, () => {
  expect(fuzz(good, 1, 64, readElf)).toBeGreaterThan(cases / 10);
});

test('ELF section headers', { timeout: 600_000 }, () => {
  // The headers stand at the end: turned round in the file, they are in the damaged head.
  const at = Number(new DataView(good.buffer).getBigUint64(40, true));
  const random = randomNumbers(2);
  const through = fuzz(good.subarray(at), 2, good.length - at, (headers) => {
    const bytes = Uint8Array.from(good);
    bytes.set(headers.subarray(0, good.length - at), at);
    readElf(random() < 0.1 ? bytes.subarray(0, at + headers.length) : bytes);
  });
  expect(through).toBeGreaterThan(cases / 10);
});

test('ELF executables', { timeout: 600_000 }, async () => {
  const path = await compileExecutable('int main(void) { return 0; }');
  const input = Uint8Array.from(await readFile(path));
  expect(fuzz(input, 3, 800, readElf)).toBeGreaterThan(cases / 10);
});

test('BTF', { timeout: 600_000 }, () => {
  const section = parseElf(good).section('.BTF')?.data ?? new Uint8Array();
  const typesEnd = 24 + new DataView(section.buffer, section.byteOffset).getUint32(12, true);
  expect(fuzz(section, 4, typesEnd, (bytes) => readTypes(parseBtf(bytes)))).toBeGreaterThan(cases / 10);
});

test('split BTF', { timeout: 600_000 }, () => {
  const section = parseElf(good).section('.BTF')?.data ?? new Uint8Array();
  const base = parseBtf(section);
  const read = (bytes: Uint8Array): void => {
    const btf = parseBtf(bytes, { base });
    for (let id = btf.firstId; id < btf.length; id++) attempt(() => btf.type(id));
    attempt(() => btf.find('event'));
    attempt(() => btf.findAll('one'));
  };
  expect(fuzz(section, 5, 24, read)).toBeGreaterThan(0);
});

test('BTF.ext', { timeout: 600_000 }, () => {
  const elf = parseElf(good);
  const btf = parseBtf(elf.section('.BTF')?.data ?? new Uint8Array());
  const section = elf.section('.BTF.ext')?.data ?? new Uint8Array();
  expect(fuzz(section, 6, 32, (bytes) => void parseBtfExt(bytes, btf))).toBeGreaterThan(0);
});
