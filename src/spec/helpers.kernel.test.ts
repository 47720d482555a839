// Asks the running kernel's verifier, for every program type and helper, whether the call is allowed at all and whether it
// wants a GPL licence, and compares with the tables.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOlderThanTables } from '../../test/support/skip-unsupported.ts';
import type { HelperName, HelperRow, ProgramTypeName } from './index.ts';
import { attachTypes, helperGroups, helperRestrictions, helpers, programHelpers, programTypes } from './index.ts';

// Prints, per line of input (label, program type, attach type, function, flags), the numbers of the helpers the verifier
// knows for it, `g` after those it refuses to programs without a GPL licence; `ERROR` where the type cannot be loaded.
const probeSource = `
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static char text[1 << 16];
static int load(int type, int attach, int id, int flags, int helper, const char *license) {
  struct bpf_insn insns[2] = {{.code = 0x85, .imm = helper}, {.code = 0x95}};
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach, .attach_btf_id = id, .prog_flags = flags,
              .log_buf = text, .log_size = sizeof text, .log_level = 1);
  text[0] = 0;
  int fd = bpf_prog_load(type, NULL, license, insns, 2, &options);
  if (fd >= 0) close(fd);
  return fd >= 0;
}
int main(void) {
  char line[256], label[64], function[128];
  int type, attach, flags;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%63s %d %d %127s %d", label, &type, &attach, function, &flags) != 5) return 1;
    int id = strcmp(function, "-") ? libbpf_find_vmlinux_btf_id(function, attach) : 0;
    printf("%s", label);
    for (int helper = 1; helper <= 211; helper++) {
      int loaded = load(type, attach, id, flags, helper, "GPL");
      if (!loaded && !text[0]) { printf(" ERROR"); break; }
      if (strstr(text, "unknown func") || strstr(text, "cannot use helper")) continue;
      load(type, attach, id, flags, helper, "Proprietary");
      printf(" %d%s", helper, strstr(text, "GPL") ? "g" : "");
    }
    printf("\\n");
  }
  return 0;
}
`;

const attachOf: Partial<Record<ProgramTypeName, { attach: string; function?: string; flags?: number }>> = {
  xdp: { attach: 'xdp' },
  cgroup_sock: { attach: 'cgroup_inet_sock_create' },
  sock_ops: { attach: 'cgroup_sock_ops' },
  cgroup_device: { attach: 'cgroup_device' },
  sk_msg: { attach: 'sk_msg_verdict' },
  cgroup_sock_addr: { attach: 'cgroup_inet4_connect' },
  lirc_mode2: { attach: 'lirc_mode2' },
  sk_reuseport: { attach: 'sk_reuseport_select' },
  flow_dissector: { attach: 'flow_dissector' },
  cgroup_sysctl: { attach: 'cgroup_sysctl' },
  cgroup_sockopt: { attach: 'cgroup_setsockopt' },
  tracing: { attach: 'trace_raw_tp', function: 'sched_switch' },
  lsm: { attach: 'lsm_mac', function: 'file_open' },
  sk_lookup: { attach: 'sk_lookup' },
  syscall: { attach: '', flags: 0x10 },
  netfilter: { attach: 'netfilter' },
};

// Refused by a locked-down kernel or one without the option, whatever the table says.
const dependsOnConfiguration: readonly HelperName[] = ['probe_write_user', 'override_return'];

interface Probe {
  readonly allowed: readonly string[];
  readonly gpl: readonly string[];
}
const probes = new Map<string, Probe>();
const refused: string[] = [];
let directory = '';
const rows: readonly HelperRow[] = helpers;
const nameOf = (id: number): string => rows[id - 1]?.name ?? `${id}`;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'helpers-'));
  const source = join(directory, 'probe.c');
  const program = join(directory, 'probe');
  writeFileSync(source, probeSource);
  try {
    execFileSync('cc', ['-O1', '-o', program, source, '-lbpf'], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error('this test needs a C compiler and libbpf-dev (apt-get install gcc libbpf-dev)', { cause });
  }
  const input = programTypes
    .filter(({ name }) => name !== 'ext' && name !== 'struct_ops')
    .map(({ name, value }) => {
      const { attach = '', function: target = '-', flags = 0 } = attachOf[name] ?? {};
      const attachValue = attachTypes.find((row) => row.name === attach)?.value ?? 0;
      return `${name} ${value} ${attachValue} ${target} ${flags}\n`;
    });
  const output = execFileSync(program, { input: input.join(''), encoding: 'utf8', maxBuffer: 1 << 24 });
  for (const line of output.trim().split('\n')) {
    const [label = '', ...words] = line.split(' ');
    if (words.includes('ERROR')) {
      refused.push(label);
      continue;
    }
    const ids = words.map((word) => Number.parseInt(word, 10));
    const gpl = words.filter((word) => word.endsWith('g')).map((word) => nameOf(Number.parseInt(word, 10)));
    probes.set(label, { allowed: ids.map(nameOf), gpl });
  }
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function expectedHelpers(programType: ProgramTypeName): string[] {
  const { groups, helpers: own } = programHelpers[programType];
  const attach = attachOf[programType]?.attach ?? '';
  const hidden = helperRestrictions
    .filter((row) => row.programType === programType && !row.attachTypes.some((name) => name === attach))
    .flatMap((row) => [...row.helpers]);
  const all: string[] = [...own, ...groups.flatMap((group) => [...helperGroups[group]])];
  return all.filter((name) => !hidden.some((helper) => helper === name));
}

describe.skipIf(isOlderThanTables)('helpers on the running kernel (skipped on kernels older than the tables)', () => {
  it('loads nearly every program type', () => {
    // LSM programs are refused by lockdown, lirc needs its kernel option.
    expect(refused.filter((name) => name !== 'lsm' && name !== 'lirc_mode2')).toEqual([]);
    expect(probes.size).toBeGreaterThanOrEqual(28);
  });

  it('are allowed exactly as the table says', () => {
    const optional = new Set<string>(dependsOnConfiguration);
    for (const [name, { allowed }] of probes) {
      const expected = expectedHelpers(name as ProgramTypeName).filter((helper) => !optional.has(helper));
      const found = allowed.filter((helper) => !optional.has(helper));
      expect(found.toSorted(), name).toEqual(expected.toSorted());
    }
  });

  it('want a GPL licence exactly where the table says', () => {
    // A few program types have a variant of their own that asks for none (get_stackid of perf_event).
    const asked = new Set([...probes.values()].flatMap(({ gpl }) => gpl));
    const seen = new Set([...probes.values()].flatMap(({ allowed }) => allowed));
    const expected = rows.filter(({ name, gpl }) => gpl && seen.has(name)).map(({ name }) => name);
    expect([...asked].toSorted()).toEqual(expected.toSorted());
  });
});
