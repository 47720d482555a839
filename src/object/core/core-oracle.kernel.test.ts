// CO-RE against libbpf: random structs, a second random shape of each as the target, and every instruction compared.
// TSBPF_LONG=1 compares some thousand programs more.

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileC, compileExecutable } from '../../../test/support/compile-c.ts';
import { randomNumbers } from '../../../test/support/damage.ts';
import { FormatError } from '../../base/index.ts';
import { parseBtf } from '../../btf/index.ts';
import { parseElf } from '../../elf/index.ts';
import { readObject } from '../read-object.ts';
import type { ProgramSpec } from '../types.ts';
import { relocateCore } from './relocate.ts';

const rounds = process.env.TSBPF_LONG ? 60 : 8;
const compilers = ['clang-16', 'clang-19'];

let directory: string;
let libbpfDump: string;
/** A member as text, and what can be asked of it. */
interface Member {
  readonly name: string;
  /** With `%` for the name. */
  readonly declaration: string;
  readonly kind: 'scalar' | 'bits' | 'pointer' | 'array' | 'nested' | 'structs';
  readonly members?: readonly Member[];
}

type Random = () => number;

const scalars = ['char', 'signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned int'];
const wide = ['long long', 'unsigned long long', 'enum color', 'alias_t', 'volatile unsigned int', '_Bool'];

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function randomMember(random: Random, name: string, depth: number): Member {
  const roll = random();
  if (roll < 0.45) return { name, declaration: `${pick(random, [...scalars, ...wide])} %`, kind: 'scalar' };
  if (roll < 0.6) {
    const type = pick(random, ['unsigned int', 'int', 'unsigned char', 'unsigned long long', 'short']);
    const most = { 'unsigned char': 8, short: 16, 'unsigned long long': 64 }[type] ?? 32;
    return { name, declaration: `${type} %:${1 + Math.floor(random() * most)}`, kind: 'bits' };
  }
  if (roll < 0.7) return { name, declaration: `${pick(random, ['void', 'struct other', 'char'])} *%`, kind: 'pointer' };
  if (roll < 0.8) {
    const type = pick(random, ['char', 'unsigned int', 'long long', 'void *']);
    return { name, declaration: `${type} %[${4 + Math.floor(random() * 3)}]`, kind: 'array' };
  }
  if (depth > 2) return { name, declaration: 'int %', kind: 'scalar' };
  const members = randomMembers(random, `${name}_`, depth + 1);
  const kind = roll < 0.9 ? 'nested' : 'structs';
  return nested(kind, name, members, pick(random, ['struct', 'union']));
}

function nested(kind: 'nested' | 'structs', name: string, members: readonly Member[], keyword: string): Member {
  const suffix = kind === 'structs' ? '[4]' : '';
  return { name, declaration: `${keyword} { ${body(members)} } %${suffix}`, kind, members };
}

function randomMembers(random: Random, prefix: string, depth: number): Member[] {
  const count = 2 + Math.floor(random() * (depth === 0 ? 8 : 3));
  return Array.from({ length: count }, (_, index) => randomMember(random, `${prefix}${index}`, depth));
}

function body(members: readonly Member[]): string {
  return members.map(({ declaration, name }) => `${declaration.replace('%', name)};`).join(' ');
}

/** Another shape of the same struct: members moved, gone, new, of other types, or inside anonymous structs. */
function mutate(random: Random, members: readonly Member[], depth: number): Member[] {
  const result = members.flatMap((member): Member[] => {
    const roll = random();
    if (roll < 0.08) return [];
    if (roll < 0.2) return [randomMember(random, member.name, depth)];
    if (roll < 0.28) {
      const extra = randomMember(random, `${member.name}_extra`, 3);
      return [
        { ...member, declaration: `${pick(random, ['struct', 'union'])} { ${body([extra, member])} }`, name: '' },
      ];
    }
    if (roll < 0.36) return [randomMember(random, `${member.name}_new`, 3), member];
    if (member.members && roll < 0.7) {
      const kind = member.kind === 'structs' ? 'structs' : 'nested';
      const keyword = member.declaration.startsWith('union') ? 'union' : 'struct';
      return [nested(kind, member.name, mutate(random, member.members, depth + 1), keyword)];
    }
    return [member];
  });
  if (random() < 0.4) result.sort(() => random() - 0.5);
  return result.length > 0 ? result : [randomMember(random, 'only', 3)];
}

interface Leaf {
  readonly path: string;
  readonly kind: Member['kind'] | 'element';
}

function leaves(random: Random, members: readonly Member[], prefix: string): Leaf[] {
  return members.flatMap(({ name, kind, members: inner }): Leaf[] => {
    const path = `${prefix}${name}`;
    if (kind === 'nested') return [{ path, kind }, ...leaves(random, inner ?? [], `${path}.`)];
    if (kind === 'structs') return leaves(random, inner ?? [], `${path}[${Math.floor(random() * 4)}].`);
    if (kind === 'array')
      return [
        { path, kind },
        { path: `${path}[${Math.floor(random() * 4)}]`, kind: 'element' },
      ];
    return [{ path, kind }];
  });
}

const header = `
#define access __attribute__((preserve_access_index))
typedef unsigned long long u64;
typedef unsigned short alias_t;
struct other;
char LICENSE[] __attribute__((section("license"))) = "GPL";
u64 sink;
`;

const fieldKinds = { offset: 0, size: 1, exists: 2, signed: 3, lshift: 4, rshift: 5 };

/** One program for each question, so that an answer that libbpf refuses to give does not hide the others. */
function programs(random: Random, members: readonly Member[], version: number): string {
  const bodies = leaves(random, members, '').flatMap(({ path, kind }) => {
    const questions = Object.entries(fieldKinds)
      .filter(([name]) => kind === 'bits' || kind === 'scalar' || !/shift|signed/.test(name))
      .filter(([name]) => kind !== 'bits' || name !== 'offset')
      .filter(() => random() < 0.5)
      .map(([, number]) => `sink = __builtin_preserve_field_info(r->${path}, ${number});`);
    if (kind === 'scalar' || kind === 'bits' || kind === 'element') questions.push(`sink = (u64)r->${path};`);
    if (kind === 'scalar' && random() < 0.3) questions.push(`r->${path} = 7;`, `r->${path} = sink;`);
    if (kind === 'pointer') questions.push(`sink = (u64)r->${path};`);
    return questions;
  });
  const types = [
    'struct root',
    'union choice',
    'enum color',
    'alias_t',
    'struct gone',
    'struct root___flavour',
    'function_t',
  ];
  for (const type of types)
    for (const kind of version >= 16 ? [0, 1, 2] : [0, 1])
      bodies.push(`sink = __builtin_preserve_type_info(*(${type} *)0, ${kind});`);
  bodies.push(
    'sink = __builtin_btf_type_id(*(struct root *)0, 0);',
    'sink = __builtin_btf_type_id(*(struct root *)0, 1);',
  );
  bodies.push('sink = __builtin_btf_type_id(*(struct gone *)0, 1);');
  for (const name of ['RED', 'GREEN___other', 'BIG', 'NEGATIVE'])
    for (const kind of [0, 1]) bodies.push(`sink = __builtin_preserve_enum_value(*(enum color *)${name}, ${kind});`);
  return bodies
    .map(
      (text, index) => `__attribute__((section("raw_tp/x"), used)) int p${index}(struct root *r) { ${text} return 0; }`,
    )
    .join('\n');
}

function localSource(random: Random, members: readonly Member[], version: number): string {
  return `${header}
enum color { RED = 1, GREEN___other = 2, BIG = 0x7fffffff, NEGATIVE = -3 };
union choice { int a; char b[4]; } access;
struct gone { int x; } access;
struct root { ${body(members)} } access;
struct root___flavour { int of; } access;
typedef int (*function_t)(struct root *, int);
${programs(random, members, version)}`;
}

function targetSource(random: Random, members: readonly Member[]): string {
  const values = ['RED = 4', 'GREEN = 9', 'BIG = 0x7fffffff', 'NEGATIVE = -8'].filter(() => random() < 0.7);
  return `${header}
enum color { ${[...values, 'ALWAYS = 20'].join(', ')} };
union choice { ${random() < 0.5 ? 'int a; char b[4];' : 'char b[4]; long long c; int a;'} };
struct root { ${body(members)} };
typedef int (*function_t)(struct root *, ${random() < 0.5 ? 'int' : 'char *'});
struct root *root; union choice *choice; enum color color; function_t function;
struct root use_root; union choice use_choice;
${random() < 0.3 ? 'struct gone { long long y; int x; } gone;' : ''}
alias_t use_alias;`;
}

/** clang itself gives up on some bit-fields ("bitfield size greater than record alignment"). */
async function compileBoth(
  sources: readonly string[],
  compiler: string,
): Promise<[Uint8Array, Uint8Array] | undefined> {
  const flags = ['-Wno-everything', '-fno-crash-diagnostics'];
  try {
    const [local, target] = await Promise.all(sources.map((source) => compileC(source, flags, compiler)));
    return local && target && [local, target];
  } catch (error) {
    if (`${error}`.includes('field expression for llvm.bpf.preserve.field.info')) return undefined;
    throw error;
  }
}

interface Answer {
  readonly name: string;
  readonly code: Buffer;
  readonly result: number;
}

function askLibbpf(object: string, btf: string): Answer[] {
  const { stdout } = spawnSync(libbpfDump, [object, btf, 'each'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return Array.from(stdout.matchAll(/^program (\S+) \d+ \d+ (\w*) (-?\d+)$/gm), ([, name = '', hex = '', result]) => ({
    name,
    code: Buffer.from(hex, 'hex'),
    result: Number(result),
  }));
}

/** Data is relocated after CO-RE: libbpf gave up before that where a reference still has no pseudo source. */
function gaveUp(program: ProgramSpec, { code, result }: Answer): boolean {
  const reference = program.references.find(({ kind }) => kind === 'map-value');
  return result !== 0 && reference !== undefined && (code[reference.instruction * 8 + 1] ?? 0) >> 4 === 0;
}

function withoutDescriptors(program: ProgramSpec, code: Uint8Array): string {
  const copy = Buffer.from(code);
  for (const { instruction } of program.references) copy.writeInt32LE(0, instruction * 8 + 4);
  return copy.toString('hex');
}

function compare(
  answer: Answer,
  object: Parameters<typeof relocateCore>[0],
  target: Parameters<typeof relocateCore>[1],
  tally: { same: number; refused: number; poisoned: number },
): void {
  const program = object.programs.find(({ name }) => name === answer.name) as ProgramSpec;
  if (gaveUp(program, answer)) {
    expect(() => relocateCore(object, target, [program]), `${answer.name} is refused by libbpf`).toThrow(FormatError);
    tally.refused++;
    return;
  }
  const [ours] = relocateCore(object, target, [program]) as [ProgramSpec];
  expect(withoutDescriptors(ours, ours.code), answer.name).toBe(withoutDescriptors(ours, answer.code));
  tally.same++;
  if (ours.poisoned) tally.poisoned++;
}

// The virtual machine has no libbpf.
describe.skipIf(process.env.TSBPF_QEMU === '1')('against libbpf', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tsbpf-core-'));
    libbpfDump = await compileExecutable('src/object/fixtures/libbpf-dump.c', ['-Wl,--no-as-needed', '-lbpf']);
  });
  afterAll(() => rm(directory, { recursive: true }));

  for (const compiler of compilers)
    test(`random structs, ${compiler}`, { timeout: 1_200_000 }, async () => {
      const version = Number(compiler.slice(6));
      const random = randomNumbers(version);
      const tally = { compiled: 0, same: 0, refused: 0, poisoned: 0 };
      for (let round = 0; round < rounds; round++) {
        const members = randomMembers(random, 'm', 0);
        const sources = [localSource(random, members, version), targetSource(random, mutate(random, members, 0))];
        const objects = await compileBoth(sources, compiler);
        if (!objects) continue;
        const [local, target] = objects;
        tally.compiled++;
        const paths = [join(directory, 'local.bpf.o'), join(directory, 'target.o')] as const;
        await writeFile(paths[0], local);
        await writeFile(paths[1], target);
        const object = readObject(local, { name: 'local' });
        const btf = parseBtf(parseElf(target).section('.BTF')?.data ?? new Uint8Array(0));
        const answers = askLibbpf(...paths);
        expect(answers.length).toBe(object.programs.length);
        for (const answer of answers) compare(answer, object, { btf }, tally);
      }
      if (process.env.VERBOSE) console.log(tally);
      expect(tally.compiled).toBeGreaterThan(rounds / 2);
      expect(tally.same).toBeGreaterThan(rounds * 20);
      expect(tally.poisoned).toBeGreaterThan(rounds);
    });
});
