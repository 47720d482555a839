// BCC texts in the running kernel: attached by name and by hand, tables read back.

import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SourceError, UsageError } from '../../base/index.ts';
import { bpf } from './bpf.ts';

const CALLS = 211;

function stat(): void {
  for (let i = 0; i < CALLS; i++) statSync('/proc/self/stat', { throwIfNoEntry: false });
}

const filter = 'if ((bpf_get_current_pid_tgid() >> 32) != PID) return 0;';
const flags = { cflags: [`-DPID=${process.pid}`] };

describe('bpf()', () => {
  it('attaches functions by their names', async () => {
    const text = `BPF_HASH(counts, u32); TRACEPOINT_PROBE(raw_syscalls, sys_enter) { ${filter} u32 id = args->id; counts.increment(id); return 0; }`;
    await using b = await bpf(text, flags);
    stat();
    const largest = [...b.table('counts')].reduce(
      (most, [, count]) => ((count as bigint) > most ? (count as bigint) : most),
      0n,
    );
    expect(largest).toBeGreaterThanOrEqual(BigInt(CALLS));
  });

  it('attaches functions to raw tracepoints, reading kernel memory', async () => {
    const text = `#include <uapi/linux/ptrace.h>
      BPF_HISTOGRAM(sizes); BPF_ARRAY(seen, u32, 1);
      int on_enter(struct bpf_raw_tracepoint_args *ctx) { ${filter}
        struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
        struct task_struct *task = (struct task_struct *)bpf_get_current_task();
        int zero = 0; u32 tgid = task->group_leader->tgid; seen.update(&zero, &tgid);
        sizes.increment(bpf_log2l(regs->orig_ax)); return 0; }`;
    await using b = await bpf(text, flags);
    b.attachRawTracepoint({ tp: 'sys_enter', fn: 'on_enter' });
    stat();
    expect(b.table('seen').get(0)).toBe(process.pid);
    const total = [...b.table('sizes')].reduce((sum, [, count]) => sum + (count as bigint), 0n);
    expect(total).toBeGreaterThanOrEqual(BigInt(CALLS));
  });

  it('submits events', async () => {
    const text = `struct e { u32 pid; char comm[TASK_COMM_LEN]; }; BPF_PERF_OUTPUT(events);
      TRACEPOINT_PROBE(raw_syscalls, sys_exit) { ${filter} struct e e = {}; e.pid = PID; bpf_get_current_comm(&e.comm, sizeof(e.comm));
        events.perf_submit(args, &e, sizeof(e)); return 0; }`;
    await using b = await bpf(text, flags);
    const events = b.events('events', { signal: AbortSignal.timeout(10_000) });
    stat();
    for await (const event of events) {
      expect(event).toMatchObject({ pid: process.pid });
      break;
    }
  });

  it('attaches to functions of libraries', async () => {
    const text = `BPF_ARRAY(calls, u64, 1); int on_call(struct pt_regs *ctx) { int zero = 0; calls.increment(zero); return 0; }`;
    await using b = await bpf(text, flags);
    const path = /\S+\/libc\.so\.6/.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? 'libc.so.6';
    b.attachUprobe({ name: path, sym: 'getpid', fn: 'on_call', pid: process.pid });
    expect(b.table('calls').get(0)).toBeTypeOf('bigint');
  });

  it('reports faults of the text with their place', async () => {
    await expect(
      bpf('BPF_HASH(counts); int kprobe__f(struct pt_regs *ctx) { counts.lockup(0); return 0; }'),
    ).rejects.toThrow(SourceError);
  });

  it('wants tracepoints with their category', async () => {
    await using b = await bpf('int f(struct bpf_raw_tracepoint_args *ctx) { return 0; }');
    expect(() => b.attachTracepoint({ tp: 'sched_switch', fn: 'f' })).toThrow(UsageError);
  });
});
