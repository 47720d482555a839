// Attaching where the section says, through the whole loader: one row per section, counting what our own process does.

import { mkdirSync, rmdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileC, compileExecutable } from '../../../test/support/compile-c.ts';
import { useOwnNetwork } from '../../../test/support/own-network.ts';
import { skipUnsupported } from '../../../test/support/skip-unsupported.ts';
import { TracedProcess } from '../../../test/support/traced-process.ts';
import { UnsupportedError } from '../../base/index.ts';
import type { HostObject } from '../../host/index.ts';
import type { AttachTarget } from '../../object/index.ts';
import { readObject } from '../../object/index.ts';
import { kernelAtLeast, openDescriptors } from '../../sys/index.ts';
import { kernelHost } from '../host.ts';

const head = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
__u32 watched;
__u64 hits, sum;
#define HIT(value) do { if (bpf_get_current_pid_tgid() >> 32 == watched) { \\
  __sync_fetch_and_add(&hits, 1); __sync_fetch_and_add(&sum, (value)); } } while (0)
`;

// Does as many rounds as it is told, prints the sum of the results.
const tracedSource = `
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((noinline)) long traced_add(long a, long b) { __asm__ volatile(""); return a + b; }
__attribute__((noinline)) long traced_twice(long a) { __asm__ volatile(""); return 2 * a; }
int main(void) {
  char line[64];
  while (fgets(line, sizeof(line), stdin)) {
    long count = atol(line), sum = 0;
    for (long i = 0; i < count; i++) sum += traced_add(i, 1) + traced_twice(1) + (getpgid(getpid()) > 0);
    printf("%ld\\n", sum);
    fflush(stdout);
  }
}
`;

async function load(text: string): Promise<HostObject> {
  return kernelHost().load(readObject(await compileC(head + text), { name: 'sections.bpf.o' }));
}

/** The global variables `watched`, `hits` and `sum`, wherever the compiler put them. */
class Globals {
  readonly #object: HostObject;
  constructor(object: HostObject) {
    this.#object = object;
  }
  #place(name: string): { view: DataView; offset: number; write(): void } {
    for (const map of this.#object.maps.values()) {
      const variable = map.spec.data?.variables.find((one) => one.name === name);
      if (!variable) continue;
      const value = map.lookup(new Uint8Array(4)) ?? new Uint8Array(0);
      const write = (): void => map.update(new Uint8Array(4), value);
      return { view: new DataView(value.buffer, value.byteOffset), offset: variable.offset, write };
    }
    throw new Error(`no variable ${name}`);
  }
  watch(pid: number): void {
    const { view, offset, write } = this.#place('watched');
    view.setUint32(offset, pid, true);
    write();
  }
  read(name: 'hits' | 'sum'): bigint {
    const { view, offset } = this.#place(name);
    return view.getBigUint64(offset, true);
  }
}

interface Row {
  readonly what: string;
  /** `PATH` stands for the traced program. */
  readonly text: (path: string) => string;
  readonly target?: (path: string) => AttachTarget;
  /** The helper that the program calls is refused by older kernels. */
  readonly since?: string;
  /** Hits per round. */
  readonly perRound: number;
  readonly sum?: (rounds: bigint) => bigint;
}

const triangle = (rounds: bigint): bigint => (rounds * (rounds + 1n)) / 2n;
const rows: readonly Row[] = [
  {
    what: 'tracepoint',
    text: () => 'SEC("tp/syscalls/sys_enter_getpgid") int p(void *c) { HIT(0); return 0; }',
    perRound: 1,
  },
  {
    what: 'tp_btf',
    text: () =>
      'SEC("tp_btf/sys_enter") int BPF_PROG(p, struct pt_regs *r, long id) { if (id == 121) HIT(0); return 0; }',
    perRound: 1,
  },
  {
    what: 'raw_tp',
    text: () =>
      'SEC("raw_tp/sys_enter") int p(struct bpf_raw_tracepoint_args *c) { if (c->args[1] == 121) HIT(0); return 0; }',
    perRound: 1,
  },
  { what: 'kprobe', text: () => 'SEC("kprobe/__x64_sys_getpgid") int p(void *c) { HIT(0); return 0; }', perRound: 1 },
  {
    what: 'kretprobe',
    text: () => 'SEC("kretprobe/__x64_sys_getpgid") int BPF_KRETPROBE(p, long r) { HIT(r >= 0); return 0; }',
    perRound: 1,
    sum: (n) => n,
  },
  { what: 'ksyscall', text: () => 'SEC("ksyscall/getpgid") int p(void *c) { HIT(0); return 0; }', perRound: 1 },
  { what: 'kretsyscall', text: () => 'SEC("kretsyscall/getpgid") int p(void *c) { HIT(0); return 0; }', perRound: 1 },
  {
    what: 'kprobe.multi',
    text: () => 'SEC("kprobe.multi/__x64_sys_getpgi*") int p(void *c) { HIT(0); return 0; }',
    perRound: 1,
  },
  { what: 'fentry', text: () => 'SEC("fentry/__x64_sys_getpgid") int BPF_PROG(p) { HIT(0); return 0; }', perRound: 1 },
  {
    what: 'fexit',
    text: () => 'SEC("fexit/__x64_sys_getpgid") int BPF_PROG(p, struct pt_regs *r, long v) { HIT(v >= 0); return 0; }',
    perRound: 1,
    sum: (n) => n,
  },
  {
    what: 'fmod_ret',
    text: () =>
      'SEC("fmod_ret/security_task_getpgid") int BPF_PROG(p, struct task_struct *t, int r) { HIT(0); return r; }',
    perRound: 1,
  },
  {
    what: 'lsm',
    text: () => 'SEC("lsm/task_getpgid") int BPF_PROG(p, struct task_struct *t, int r) { HIT(0); return r; }',
    perRound: 1,
  },
  {
    what: 'uprobe',
    text: (path) => `SEC("uprobe/${path}:traced_add") int BPF_KPROBE(p, long a, long b) { HIT(a + b); return 0; }`,
    perRound: 1,
    sum: triangle,
  },
  {
    what: 'uretprobe',
    text: (path) => `SEC("uretprobe/${path}:traced_add") int BPF_KRETPROBE(p, long r) { HIT(r); return 0; }`,
    perRound: 1,
    sum: triangle,
  },
  {
    what: 'uprobe of libc',
    text: () => 'SEC("uprobe/libc.so.6:getpgid") int p(void *c) { HIT(0); return 0; }',
    perRound: 1,
  },
  {
    what: 'uprobe.multi',
    text: (path) => `SEC("uprobe.multi/${path}:traced_*") int p(void *c) { HIT(0); return 0; }`,
    perRound: 2,
  },
  {
    what: 'uretprobe.multi',
    text: (path) => `SEC("uretprobe.multi/${path}:traced_*") int p(void *c) { HIT(0); return 0; }`,
    perRound: 2,
  },
  {
    what: 'uprobe.multi with cookies',
    text: () => 'SEC("uprobe.multi") int p(void *c) { HIT(bpf_get_attach_cookie(c)); return 0; }',
    target: (path) => ({ kind: 'uprobe-multi', path, symbols: ['traced_twice', 'traced_add'], cookies: [1000n, 1n] }),
    perRound: 2,
    sum: (n) => 1001n * n,
  },
  {
    what: 'fentry with cookie',
    text: () => 'SEC("fentry/__x64_sys_getpgid") int BPF_PROG(p) { HIT(bpf_get_attach_cookie(ctx)); return 0; }',
    target: () => ({ kind: 'tracing', function: '__x64_sys_getpgid', cookie: 5n }),
    perRound: 1,
    sum: (n) => 5n * n,
  },
  {
    what: 'tp_btf with cookie',
    text: () =>
      'SEC("tp_btf/sys_enter") int BPF_PROG(p, struct pt_regs *r, long id) { if (id == 121) HIT(bpf_get_attach_cookie(ctx)); return 0; }',
    target: () => ({ kind: 'tracing', function: 'sys_enter', cookie: 5n }),
    since: '6.10',
    perRound: 1,
    sum: (n) => 5n * n,
  },
  {
    what: 'raw_tp with cookie',
    text: () =>
      'SEC("raw_tp/sys_enter") int p(struct bpf_raw_tracepoint_args *c) { if (c->args[1] == 121) HIT(bpf_get_attach_cookie(c)); return 0; }',
    target: () => ({ kind: 'raw-tracepoint', name: 'sys_enter', cookie: 5n }),
    since: '6.10',
    perRound: 1,
    sum: (n) => 5n * n,
  },
  {
    what: 'uprobe.session',
    text: (path) => `SEC("uprobe.session/${path}:traced_*") int p(void *c) { HIT(0); return 0; }`,
    perRound: 4,
  },
];

describe('sections', () => {
  for (const { what, text, target, since, perRound, sum } of rows) {
    test(what, async (context) => {
      const path = await compileExecutable(tracedSource);
      using traced = new TracedProcess(path);
      await skipUnsupported(context, async () => {
        if (since && !kernelAtLeast(since)) throw new UnsupportedError(what, { since });
        using object = await load(text(path));
        const globals = new Globals(object);
        globals.watch(traced.pid);
        const link = object.programs.get('p')?.attach(target?.(path));
        await traced.run(1009);
        link?.[Symbol.dispose]();
        const seen = globals.read('hits');
        await traced.run(11);
        expect(seen).toBe(BigInt(1009 * perRound));
        if (sum) expect(globals.read('sum')).toBe(sum(1009n));
        expect(globals.read('hits')).toBe(seen);
      });
      expect(openDescriptors()).toEqual([]);
    });
  }
});

describe('networks and control groups', () => {
  useOwnNetwork();

  test('tcx', async (context) => {
    using object = await skipUnsupported(context, () =>
      load('SEC("tcx/ingress") int p(struct __sk_buff *s) { return -1; }'),
    );
    const target: AttachTarget = { kind: 'interface', hook: 'tcx-ingress', interface: 'lo' };
    using link = await skipUnsupported(context, () => object.programs.get('p')?.attach(target));
    expect(link?.target).toBe(target);
  });

  test('control group', async () => {
    const mount = kernelAtLeast('6.18') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup';
    const path = `${mount}/tsbpf-test-${process.pid}`;
    mkdirSync(path);
    try {
      using object = await load('SEC("cgroup/connect4") int p(struct bpf_sock_addr *c) { return 1; }');
      using link = object.programs.get('p')?.attach({ kind: 'cgroup', path });
      expect(link?.target.kind).toBe('cgroup');
    } finally {
      rmdirSync(path);
    }
    expect(openDescriptors()).toEqual([]);
  });
});
