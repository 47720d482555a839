// A printed header against its BTF: a C file that compiles only if sizes and offsets agree.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Btf, type BtfTypeOf, printC } from '../../src/btf/index.ts';

/** Number of assertions, and what the compiler said against them and the header (warnings too); empty is good. */
export interface LayoutResult {
  readonly assertions: number;
  readonly complaints: string;
}

/** Prints all types and has the compiler check every size, and every offset that is not a bit-field's. */
export function checkLayout(
  btf: Btf,
  compiler = 'clang-16',
  flags: readonly string[] = ['-target', 'bpf'],
): LayoutResult {
  const assertions = layoutAssertions(btf);
  const directory = mkdtempSync(join(tmpdir(), 'tsbpf-layout-'));
  try {
    const file = join(directory, 'layout.c');
    writeFileSync(file, `${printC(btf)}\n${assertions.join('\n')}\n`);
    execFileSync(compiler, [...flags, '-fsyntax-only', '-Wall', '-Werror', '-std=gnu11', file], { stdio: 'pipe' });
    return { assertions: assertions.length, complaints: '' };
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    if (code === 'ENOENT') throw new Error(`${compiler} is needed: apt-get install ${compiler}`, { cause: error });
    return { assertions: assertions.length, complaints: `${stderr}`.slice(0, 4000) || `${error}` };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function layoutAssertions(btf: Btf): string[] {
  const assertions: string[] = [];
  const seen = new Set<string>();
  for (let id = btf.firstId; id < btf.length; id++) {
    const type = btf.type(id);
    if (type.kind === 'enum' || type.kind === 'enum64') assertions.push(...enumAssertions(type, seen));
    if ((type.kind !== 'struct' && type.kind !== 'union') || type.name === '' || seen.has(type.name)) continue;
    seen.add(type.name);
    // Tags share one name space: of several types of one name, only the first has it in the header.
    const kinds = btf.findAll(type.name).map((other) => btf.type(other).kind);
    if (kinds.filter((kind) => kind === 'struct' || kind === 'union' || kind.startsWith('enum')).length > 1) continue;
    const tag = `${type.kind} ${type.name}`;
    assertions.push(`_Static_assert(sizeof(${tag}) == ${type.size}, "${tag}");`);
    for (const { name, bitOffset, bitSize } of type.members)
      if (name !== '' && bitSize === 0)
        assertions.push(`_Static_assert(__builtin_offsetof(${tag}, ${name}) == ${bitOffset / 8}, "${tag}.${name}");`);
  }
  return assertions;
}

/** Values of the enumerators that are the first of their name. */
function enumAssertions(type: BtfTypeOf<'enum'> | BtfTypeOf<'enum64'>, seen: Set<string>): string[] {
  return type.values.flatMap(({ name, value }) => {
    if (seen.has(`enumerator ${name}`)) return [];
    seen.add(`enumerator ${name}`);
    const literal = value < 0n ? `(${value + 1n}LL - 1)` : `${value}ULL`;
    return [
      `_Static_assert(${name} == (${type.size === 4 && type.signed ? 'int' : 'long long'})${literal}, "${name}");`,
    ];
  });
}
