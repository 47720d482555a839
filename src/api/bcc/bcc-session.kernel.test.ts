// BCC texts in the running kernel: attached by name and by hand, tables read back.

import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { SourceError, UsageError } from '../../base/index.ts';
import { bpf } from './bpf.ts';
import { KernelNames } from './kernel-names.ts';
import { parseTraceLine } from './trace-pipe.ts';

const CALLS = 211;

function stat(): void {
  for (let i = 0; i < CALLS; i++) statSync('/proc/self/stat', { throwIfNoEntry: false });
}

// The first thread alone: what others are about cannot still be running when a link is gone.
const filter = 'if ((u32)bpf_get_current_pid_tgid() != PID) return 0;';
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

  it('shares tables between texts', async () => {
    const count = (type: string, name: string): string =>
      `${type} TRACEPOINT_PROBE(raw_syscalls, ${name}) { ${filter} u32 k = 7; shared.increment(k); return 0; }`;
    const user = count('BPF_TABLE("extern", u32, u64, shared, 64);', 'sys_exit');
    await expect(bpf(user, flags)).rejects.toThrow(/no table "shared" is shared by another text/);
    const owner = await bpf(count('BPF_TABLE_PUBLIC("lru_hash", u32, u64, shared, 16);', 'sys_enter'), flags);
    await using b = await bpf(user, flags);
    expect(b.session.map('shared').raw.spec).toMatchObject({ type: 'lru_hash', maxEntries: 16 });
    owner.close();
    stat();
    expect(b.table('shared').get(7)).toBeGreaterThanOrEqual(BigInt(CALLS));
    await expect(bpf(user, flags)).rejects.toThrow(/no table "shared"/);
  });

  it('submits events', async () => {
    const text = `struct e { u32 pid; char comm[TASK_COMM_LEN]; }; BPF_PERF_OUTPUT(events);
      TRACEPOINT_PROBE(raw_syscalls, sys_exit) { ${filter} struct e e = {}; e.pid = PID; bpf_get_current_comm(&e.comm, sizeof(e.comm));
        events.perf_submit(args, &e, sizeof(e)); return 0; }`;
    await using b = await bpf(text, flags);
    stat();
    for await (const event of b.events('events')) {
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

const rawEnter = (body: string): string =>
  `int on_enter(struct bpf_raw_tracepoint_args *ctx) { ${filter} ${body} return 0; }`;

describe('attaching and detaching', () => {
  it('ends what is detached, and counts what is attached', async () => {
    const text = `BPF_ARRAY(calls, u64, 1); ${rawEnter('int zero = 0; calls.increment(zero);')}
      int on_switch(struct tracepoint__sched__sched_switch *args) { return 0; }`;
    await using b = await bpf(text, { ...flags, types: { on_switch: 'tracepoint' } });
    b.attachRawTracepoint({ tp: 'sys_enter', fn: 'on_enter' });
    stat();
    b.detachRawTracepoint('sys_enter');
    const before = b.table('calls').get(0);
    stat();
    expect(before).toBeGreaterThanOrEqual(BigInt(CALLS));
    expect(b.table('calls').get(0)).toBe(before);
    expect(() => b.detachRawTracepoint('sys_enter')).toThrow(UsageError);
    expect(b.attachTracepoint({ tpRe: 'sched:sched_(switch|wakeup)', fn: 'on_switch' })).toHaveLength(2);
    expect(b.numOpenTracepoints()).toBe(2);
    expect(() => b.attachTracepoint({ tpRe: 'sched:no_such_.*', fn: 'on_switch' })).toThrow(UsageError);
  });

  it('attaches to every function of a program that matches', async () => {
    await using b = await bpf('int on_call(struct pt_regs *ctx) { return 0; }');
    const links = b.attachUprobe({ name: 'libc', symRe: 'str(to|n)?casecmp_l|getp?pid', fn: 'on_call' });
    expect(links.length).toBeGreaterThan(1);
    expect(b.numOpenUprobes()).toBe(links.length);
    b.detachUprobe({ name: 'libc', sym: 'getpid' });
    expect(b.numOpenUprobes()).toBe(links.length - 1);
  });

  it.runIf(existsSync('/sys/bus/event_source/devices/kprobe'))('attaches to functions of the kernel', async () => {
    const text = `BPF_ARRAY(calls, u64, 2);
      int on_call(struct pt_regs *ctx) { ${filter} calls.increment(0); return 0; }
      int on_return(struct pt_regs *ctx) { ${filter} calls.increment(1); return 0; }`;
    await using b = await bpf(text, flags);
    const event = b.getSyscallFnname('newfstatat');
    b.attachKprobe({ event: b.ksymname(event) === -1n ? b.getSyscallFnname('statx') : event, fn: 'on_call' });
    b.attachKretprobe({ eventRe: 'vfs_statx|vfs_fstat', fn: 'on_return' });
    expect(b.numOpenKprobes()).toBeGreaterThanOrEqual(2);
    stat();
    expect(b.table('calls').get(1)).toBeGreaterThanOrEqual(BigInt(CALLS));
  });

  it('says how a function was loaded', async () => {
    await using b = await bpf('int pass(struct xdp_md *ctx) { return XDP_PASS; }');
    expect(b.loadFunc('pass', 'xdp').run({ packet: new Uint8Array(64) }).returnValue).toBe(2);
    expect(b.loadFuncs('xdp').map(({ name }) => name)).toEqual(['pass']);
    expect(() => b.loadFunc('pass', 'sched_cls')).toThrow(UsageError);
  });
});

describe('tables', () => {
  it('are read, changed and emptied', async () => {
    const text =
      'struct k { u32 a; u32 b; }; BPF_HASH(h, struct k, u64); BPF_PERCPU_ARRAY(p, u64, 2); int f(struct pt_regs *ctx) { return 0; }';
    await using b = await bpf(text);
    const h = b.table('h');
    h.set({ a: 1, b: 2 }, 7n);
    h.increment({ a: 1, b: 2 }, 3);
    h.increment({ a: 5, b: 6 });
    expect(h.items()).toHaveLength(2);
    expect(h.get({ a: 1, b: 2 })).toBe(10n);
    h.zero();
    expect([...h.values()]).toEqual([0n, 0n]);
    expect(h.itemsDeleteBatch()).toHaveLength(2);
    expect(h.items()).toEqual([]);
    const p = b.table('p');
    const cpus = (p.get(0) as bigint[]).length;
    p.set(
      0,
      Array.from({ length: cpus }, (_, i) => BigInt(i + 1)),
    );
    expect([p.sum(0), p.max(0)]).toEqual([BigInt((cpus * (cpus + 1)) / 2), BigInt(cpus)]);
  });

  it('are printed as histograms, one for each part of the key', async () => {
    const text = `struct k { char name[16]; u64 slot; }; BPF_HISTOGRAM(dist, struct k); BPF_HISTOGRAM(plain);
      int f(struct pt_regs *ctx) { return 0; }`;
    await using b = await bpf(text);
    b.table('dist').set({ name: 'sda', slot: 2n }, 4n);
    b.table('dist').set({ name: 'sdb', slot: 1n }, 1n);
    b.table('plain').set(3, 2n);
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      b.table('dist').printLog2Hist('usecs', {
        sectionHeader: 'disk',
        bucketSort: (buckets) => [...buckets].sort().reverse(),
        stripLeadingZero: true,
      });
      b.table('plain').printLinearHist('count');
      const lines = log.mock.calls.flatMap(([text_]) => String(text_).split('\n')).map((line) => line.trimEnd());
      expect(lines[1]).toBe('disk = sdb');
      expect(lines[5]).toBe('disk = sda');
      expect(lines[7]).toMatch(/^ +2 -> 3 +: 4 +\|\*{40}\|$/);
      expect(lines.at(-1)).toMatch(/^ +3 +: 2 +\|\*{40}\|$/);
    } finally {
      log.mockRestore();
    }
  });

  it('are kept at their paths', async () => {
    const path = `/sys/fs/bpf/tsbpf_test_${process.pid}`;
    const text = `BPF_TABLE_PINNED("hash", u64, u64, kept, 16, "${path}"); int f(struct pt_regs *ctx) { return 0; }`;
    try {
      const first = await bpf(text);
      first.table('kept').set(1n, 42n);
      first.close();
      await using second = await bpf(text);
      expect(second.table('kept').get(1n)).toBe(42n);
    } finally {
      rmSync(path, { force: true });
    }
  });
});

describe('what programs say', () => {
  it('comes through ring buffers by polling', async () => {
    const text = `struct e { u32 pid; u64 id; }; BPF_RINGBUF_OUTPUT(first, 8); BPF_RINGBUF_OUTPUT(second, 8);
      ${rawEnter(`struct e e = { .pid = PID, .id = ctx->args[1] };
        first.ringbuf_output(&e, sizeof(e), 0);
        struct e *r = second.ringbuf_reserve(sizeof(struct e)); if (!r) return 0; r->pid = 1; r->id = 2; second.ringbuf_submit(r, 0);`)}`;
    await using b = await bpf(text, flags);
    const seen: { first: unknown[]; second: unknown[] } = { first: [], second: [] };
    b.openRingBuffer('first', (event) => seen.first.push(event));
    b.openRingBuffer('second', (event) => seen.second.push(event), { type: 'e' });
    expect(await b.ringBufferConsume()).toBe(0);
    b.attachRawTracepoint({ tp: 'sys_enter', fn: 'on_enter' });
    stat();
    expect(await b.ringBufferPoll()).toBeGreaterThan(CALLS);
    expect(seen.first[0]).toMatchObject({ pid: process.pid });
    expect(seen.second[0]).toEqual({ pid: 1, id: 2n });
  });

  it('comes through the trace pipe', async () => {
    const mark = `tsbpf ${process.pid} ${Date.now()}`;
    await using b = await bpf(rawEnter(`bpf_trace_printk("${mark}\\n");`), flags);
    b.attachRawTracepoint({ tp: 'sys_enter', fn: 'on_enter' });
    // Another process may have the pipe: the kernel lets in one at a time.
    const nextLine = async (): Promise<unknown> => b.traceFields({ nonblocking: true }).catch(() => undefined);
    await expect.poll(nextLine, { interval: 1 }).toMatchObject({ pid: process.pid, msg: mark });
  });

  it('is taken apart', () => {
    const line = '            bash-1234    (   1234) [003] d..21 12345.678901: bpf_trace_printk: a: b: c';
    const expected = { task: 'bash', pid: 1234, cpu: 3, flags: 'd..21', ts: 12345.678901, msg: 'a: b: c' };
    expect(parseTraceLine(line)).toEqual(expected);
    expect(parseTraceLine(line.replace('(   1234) ', ''))).toEqual(expected);
    expect(parseTraceLine('CPU:1 [LOST 5 EVENTS]')).toBeUndefined();
  });
});

describe('names of the kernel', () => {
  const names = new KernelNames();

  it('resolves symbols both ways', () => {
    const address = names.ksymname('vfs_read');
    expect(names.ksym(address)).toBe('vfs_read');
    expect(names.ksym(address + 4n, { showOffset: true, showModule: true })).toBe('vfs_read+0x4 [kernel]');
    expect(names.ksymname('no_such_function_at_all')).toBe(-1n);
    expect(names.ksymname(names.getSyscallFnname('bpf'))).not.toBe(-1n);
  });

  it('lists what can be attached to', () => {
    expect(names.getKprobeFunctions('vfs_(read|write)')).toEqual(['vfs_read', 'vfs_write']);
    expect(names.getUserFunctions('libc', /getp?pid/)).toEqual(expect.arrayContaining(['getpid', 'getppid']));
    expect(names.getTracepoints('sched:sched_switch')).toEqual(['sched:sched_switch']);
    expect(names.tracepointExists('sched', 'sched_switch')).toBe(true);
    expect(names.tracepointExists('sched', 'sched_swish')).toBe(false);
    expect(() => names.getKprobeFunctions('(')).toThrow(UsageError);
  });

  it('knows members of structs', () => {
    expect(names.kernelStructHasField('task_struct', 'comm')).toBe(1);
    expect(names.kernelStructHasField('task_struct', 'no_such_member')).toBe(0);
    expect(names.kernelStructHasField('no_such_struct', 'comm')).toBe(-1);
    expect(names.supportRawTracepoint()).toBe(true);
  });
});
