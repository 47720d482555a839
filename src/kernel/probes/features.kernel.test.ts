// What the probes say, against bpftool and against what is known of the two kernels the suite runs on.

import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { programTypes } from '../../spec/index.ts';
import { kernelAtLeast, openDescriptors } from '../../sys/index.ts';
import { kernelFeatures } from './kernel-features.ts';
import { miscFeatures } from './misc.ts';

interface BpftoolFeatures {
  readonly program_types: Record<string, boolean>;
  readonly map_types: Record<string, boolean>;
  readonly misc: Record<string, boolean>;
}

function bpftoolFeatures(): BpftoolFeatures {
  const { stdout, error } = spawnSync('bpftool', ['-j', 'feature', 'probe', 'kernel'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) throw new Error('this test needs bpftool (Debian: apt-get install bpftool)', { cause: error });
  return JSON.parse(stdout) as BpftoolFeatures;
}

const features = kernelFeatures();

afterEach(() => {
  expect(openDescriptors()).toEqual([]);
});

/** In the virtual machine bpftool takes minutes to ask for every helper. */
const isGuest = process.env.TSBPF_QEMU === '1';

describe.skipIf(isGuest)('against bpftool (skipped in the virtual machine, where it takes minutes)', () => {
  const none: BpftoolFeatures = { program_types: {}, map_types: {}, misc: {} };
  const theirs = isGuest ? none : bpftoolFeatures();

  test('program types', () => {
    for (const { name } of programTypes) {
      const answer = theirs.program_types[`have_${name}_prog_type`];
      // bpftool tries tracing with fentry, which lockdown forbids.
      if (answer === undefined || (name === 'tracing' && !answer)) continue;
      expect([name, features.programTypes[name]]).toEqual([name, answer]);
    }
  });

  test('map types', () => {
    for (const [name, has] of Object.entries(features.mapTypes)) {
      const answer = theirs.map_types[`have_${name}_map_type`];
      if (answer !== undefined) expect([name, has]).toEqual([name, answer]);
    }
  });

  test('instruction sets and limits', () => {
    expect(features.misc).toMatchObject({
      large_insn_limit: theirs.misc.have_large_insn_limit,
      bounded_loops: theirs.misc.have_bounded_loops,
      isa_v2: theirs.misc.have_v2_isa_extension,
      isa_v3: theirs.misc.have_v3_isa_extension,
    });
  });
});

test('features that came with a release of their own', () => {
  // Not these: they also depend on the configuration.
  const configured = new Set(['kprobe_multi', 'uprobe_multi', 'token']);
  for (const { name, since } of miscFeatures) {
    if (!configured.has(name)) expect([name, features.misc[name]]).toEqual([name, kernelAtLeast(since)]);
  }
});

test('attach types, commands and kinds of BTF', () => {
  expect(features.attachTypes.cgroup_inet_ingress).toBe(true);
  expect(features.attachTypes.tcx_ingress).toBe(kernelAtLeast('6.6'));
  expect(features.commands.map_create).toBe(true);
  expect(features.commands.token_create).toBe(kernelAtLeast('6.9'));
  expect(features.btf).toMatchObject({ func: true, datasec: true, float: true, enum64: kernelAtLeast('6.0') });
});

test('helpers by program type', () => {
  const { helpers } = features;
  expect(helpers.socket_filter).toContain('map_lookup_elem');
  expect(helpers.socket_filter).not.toContain('probe_write_user');
  expect(helpers.xdp).toContain('xdp_adjust_head');
  expect(helpers.xdp).not.toContain('skb_store_bytes');
  expect(helpers.tracing).toContain('get_current_task_btf');
  expect(helpers.kprobe).not.toContain('redirect');
  expect(helpers.ext).toBeUndefined();
});

test('the answer is plain data', () => {
  expect(JSON.parse(JSON.stringify(features))).toMatchObject({ release: features.release, misc: features.misc });
});
