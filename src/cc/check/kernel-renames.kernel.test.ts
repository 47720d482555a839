// The table of renamed members and structs, held against the types of the running kernel.

import { release } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runningKernelTypes } from '../../../test/support/kernel-types.ts';
import { compareReleases } from '../../../test/support/skip-unsupported.ts';
import { btfTypesOf } from './btf-types.ts';
import { renamedMembers, renamedStructs } from './kernel-renames.ts';
import { memberNames } from './members.ts';

const btf = runningKernelTypes();

/** Does the running kernel have what came with a release? */
function isSince(version: string): boolean {
  return compareReleases(release(), version) >= 0;
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
