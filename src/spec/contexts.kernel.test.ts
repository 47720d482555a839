// Checks the ranges of return values against the running kernel's verifier.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOlderThanTables } from '../../test/support/skip-unsupported.ts';
import type { AttachTypeName, ContextRow, ProgramTypeName } from './index.ts';
import { attachTypes, contexts, programTypes } from './index.ts';

// Reads lines of program type and attach type; prints which of the candidate values a program may return.
const candidates = [-4096, -1, 0, 1, 2, 3, 4, 7, 100];
const proberSource = `
#include <bpf/bpf.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  int type, attach, values[] = {${candidates.join(', ')}};
  while (scanf("%d %d", &type, &attach) == 2) {
    for (int i = 0; i < ${candidates.length}; i++) {
      struct bpf_insn program[2] = {{.code = 0xb7, .imm = values[i]}, {.code = 0x95}};
      LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach);
      int fd = bpf_prog_load(type, NULL, "GPL", program, 2, &options);
      if (fd >= 0) { close(fd); printf("%d ", values[i]); }
    }
    printf("\\n");
  }
}
`;

const tried: readonly (readonly [ProgramTypeName, AttachTypeName?])[] = [
  ['socket_filter'], ['kprobe'], ['sched_cls'], ['tracepoint'], ['xdp', 'xdp'], ['perf_event'], ['cgroup_skb', 'cgroup_inet_ingress'],
  ['cgroup_skb', 'cgroup_inet_egress'], ['cgroup_sock', 'cgroup_inet_sock_create'], ['lwt_in'], ['lwt_xmit'],
  ['sock_ops', 'cgroup_sock_ops'], ['sk_skb'], ['cgroup_device', 'cgroup_device'], ['sk_msg', 'sk_msg_verdict'], ['raw_tracepoint'],
  ['cgroup_sock_addr', 'cgroup_inet4_bind'], ['cgroup_sock_addr', 'cgroup_inet4_connect'], ['cgroup_sock_addr', 'cgroup_udp6_recvmsg'],
  ['cgroup_sock_addr', 'cgroup_inet4_getsockname'], ['cgroup_sock_addr', 'cgroup_inet6_getpeername'], ['sk_reuseport', 'sk_reuseport_select'],
  ['cgroup_sysctl', 'cgroup_sysctl'], ['cgroup_sockopt', 'cgroup_getsockopt'], ['sk_lookup', 'sk_lookup'], ['netfilter', 'netfilter'],
];

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'contexts-'));
  writeFileSync(join(directory, 'prober.c'), proberSource);
  try {
    execFileSync('cc', ['-O1', '-o', join(directory, 'prober'), join(directory, 'prober.c'), '-lbpf'], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error('this test needs a C compiler and libbpf-dev (apt-get install gcc libbpf-dev)', { cause });
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(isOlderThanTables)('return values on the running kernel (skipped on kernels older than the tables)', () => {
  it('are allowed exactly in the ranges of the table', () => {
    const rows: readonly ContextRow[] = contexts;
    const input = tried.map(([type, attach]) => {
      const typeValue = programTypes.find(({ name }) => name === type)?.value ?? 0;
      return `${typeValue} ${attachTypes.find(({ name }) => name === attach)?.value ?? 0}\n`;
    });
    const output = execFileSync(join(directory, 'prober'), { input: input.join(''), encoding: 'utf8' }).split('\n');
    for (const [index, [type, attach]] of tried.entries()) {
      const row = rows.find(({ programType }) => programType === type);
      const range = (attach && row?.returnRanges?.[attach]) ?? row?.returnRange;
      const expected = candidates.filter((value) => !range || (value >= range[0] && value <= range[1]));
      const found = (output[index] ?? '').trim().split(' ').map(Number);
      expect(found, `${type} ${attach ?? ''}`).toEqual(expected);
    }
  });
});
