// Layouts against the running kernel's own types: bpftool prints them as C, clang compares the offsets.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  bpfCommands,
  btfInfoLayout,
  linkCreateLayouts,
  linkInfoLayout,
  mapInfoLayout,
  programInfoLayout,
} from './bpf-layouts.ts';
import { kernelAtLeast } from './machine.ts';
import { perfEventLayout } from './perf-event.ts';
import type { Fields, StructLayout } from './struct-layout.ts';

type AnyLayout = StructLayout<Fields>;

function assertion(type: string, member: string, offset: number): string {
  return `_Static_assert(__builtin_offsetof(${type}, ${member}) == ${offset}, "${member}");`;
}

/** Members of anonymous structs of the union; the others are named like their layout. */
const anonymous = new Set(['map_create', 'map_element', 'prog_load', 'obj', 'prog_attach', 'id', 'btf_load']);

function commandAssertions(): string[] {
  return Object.values(bpfCommands)
    .filter(({ layout }) => layout.name !== 'link_create')
    .flatMap(({ layout }) => {
      const prefix = anonymous.has(layout.name) ? '' : `${layout.name}.`;
      return [...layout.places.values()].map(({ name, offset }) =>
        assertion('union bpf_attr', prefix + (name === 'id' ? 'start_id' : name), offset),
      );
    });
}

const linkUnion: Record<keyof typeof linkCreateLayouts, string> = {
  plain: '',
  iterator: '',
  perfEvent: 'perf_event.',
  kprobeMulti: 'kprobe_multi.',
  tracing: 'tracing.',
  netfilter: 'netfilter.',
  relative: 'tcx.',
  uprobeMulti: 'uprobe_multi.',
};

function linkAssertions(): string[] {
  const common = new Set(['prog_fd', 'map_fd', 'target_fd', 'target_ifindex', 'attach_type', 'flags']);
  return Object.entries(linkCreateLayouts).flatMap(([kind, layout]) =>
    [...layout.places.values()].map(({ name, offset }) => {
      const prefix = common.has(name) ? '' : linkUnion[kind as keyof typeof linkCreateLayouts];
      return assertion('union bpf_attr', `link_create.${prefix}${name.replace(/^(multi|nf)_flags$/, 'flags')}`, offset);
    }),
  );
}

function structAssertions(): string[] {
  const layouts = [programInfoLayout, mapInfoLayout, btfInfoLayout, linkInfoLayout, perfEventLayout];
  const bitFields = new Set(['gpl_compatible', 'flags']); // have no offsetof
  return layouts.flatMap((layout) =>
    [...(layout as unknown as AnyLayout).places.values()]
      .filter(({ name }) => !bitFields.has(name))
      .map(({ name, offset }) =>
        assertion(`struct ${layout.name}`, name === 'reserved_2' ? '__reserved_2' : name, offset),
      ),
  );
}

function run(command: string, args: readonly string[]): { stdout: string; stderr: string } {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.error)
    throw new Error(`this test needs ${command} (Debian: apt-get install ${command})`, { cause: result.error });
  return result;
}

test('every layout agrees with the kernel’s own types', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tsbpf-layout-'));
  const assertions = [...commandAssertions(), ...linkAssertions(), ...structAssertions()];
  expect(assertions.length).toBeGreaterThan(200);
  try {
    const dump = run('bpftool', ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c']);
    const file = join(directory, 'layout.c');
    writeFileSync(join(directory, 'vmlinux.h'), dump.stdout);
    writeFileSync(file, `#include "vmlinux.h"\n${assertions.join('\n')}\n`);
    const check = run('clang-16', ['-target', 'bpf', '-ferror-limit=0', '-fsyntax-only', '-w', file]);
    const errors = check.stderr.split('\n').filter((line) => line.includes('error:'));
    // Kernels before 6.18 lack the newest fields; those that they have must agree all the same.
    const unknown = /no member named/;
    expect(errors.filter((line) => kernelAtLeast('6.18') || !unknown.test(line))).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
