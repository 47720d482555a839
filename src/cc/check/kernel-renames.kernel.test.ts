// The table of renamed members and structs, held against the types of the running kernel.

import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseBtf } from '../../btf/index.ts';
import { btfTypesOf } from './btf-types.ts';
import { renamedMembers, renamedStructs } from './kernel-renames.ts';
import { memberNames } from './members.ts';

const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
const [major = 0, minor = 0] = release().split('.').map(Number);

/** Does the running kernel have what came with a release? */
function isSince(version: string): boolean {
  const [first = 0, second = 0] = version.split('.').map(Number);
  return major > first || (major === first && minor >= second);
}

describe('renamed names', () => {
  it.each(renamedMembers)('$struct: $before', ({ struct, before, now, since }) => {
    const record = btfTypesOf(btf).record(struct, false);
    // Configurations leave structs out.
    if (!record) return;
    const names = memberNames(record);
    expect(names.includes(before)).toBe(!isSince(since));
    if (now !== undefined && isSince(since)) expect(names).toContain(/^\w+/.exec(now)?.[0]);
  });

  it.each(renamedStructs)('$before', ({ before, now, since }) => {
    // A kernel from before the change may lack the struct too: what its code never uses is not in its BTF.
    if (!isSince(since)) return;
    expect(btf.find(before, 'struct')).toBeUndefined();
    expect(btf.find(now, 'struct')).toBeDefined();
  });
});
