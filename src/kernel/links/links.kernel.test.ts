// Every way to attach that a kernel here can do: known numbers of events, made by processes of our own.

import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileC, compileExecutable } from '../../../test/support/compile-c.ts';
import { type BpftoolObject, loadWithBpftool } from '../../../test/support/load-with-bpftool.ts';
import { useOwnNetwork } from '../../../test/support/own-network.ts';
import { skipUnsupported } from '../../../test/support/skip-unsupported.ts';
import { TracedProcess } from '../../../test/support/traced-process.ts';
import { BpfError, SyscallError, UnsupportedError, UsageError, ValueError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import type { AttachTarget } from '../../object/index.ts';
import { kernelSymbols, openExecutable, processMaps, Symbolizer } from '../../symbols/index.ts';
import {
  addressFamilies,
  bpf,
  callSystem,
  kernelAtLeast,
  objectInfo,
  onlineCpus,
  openDescriptors,
  openSocket,
  programInfoLayout,
} from '../../sys/index.ts';
import { attachProgram } from './index.ts';
import { attachToPerfEvent } from './perf-event-link.ts';
import { openByTracefs, type ProbeEvent } from './probe-event.ts';

const header = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, int); __type(value, __u64); } counts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, __u32); } watched SEC(".maps");
static void add(int index, __u64 value) {
  __u64 *count = bpf_map_lookup_elem(&counts, &index);
  if (count) __sync_fetch_and_add(count, value);
}
static bool is_watched(void) {
  int zero = 0;
  __u32 *pid = bpf_map_lookup_elem(&watched, &zero);
  return pid && *pid == bpf_get_current_pid_tgid() >> 32;
}
`;

const source = `${header}
SEC("tp/syscalls/sys_enter_getpgid") int tp(void *ctx) { if (is_watched()) { add(0, 1); add(1, bpf_get_attach_cookie(ctx)); } return 0; }
SEC("raw_tp/sys_enter") int raw_tp(struct bpf_raw_tracepoint_args *ctx) { if (is_watched() && ctx->args[1] == 121) add(0, 1); return 0; }
SEC("tp_btf/sys_enter") int BPF_PROG(tp_btf, struct pt_regs *regs, long id) { if (is_watched() && id == 121) add(0, 1); return 0; }
SEC("uprobe") int at_uprobe(void *ctx) { if (is_watched()) { add(0, 1); add(1, bpf_get_attach_cookie(ctx)); } return 0; }
SEC("uretprobe") int BPF_KRETPROBE(at_uretprobe, long result) { if (is_watched()) { add(0, 1); add(1, result); } return 0; }
SEC("kprobe") int at_kprobe(void *ctx) { if (is_watched()) { add(0, 1); add(1, bpf_get_attach_cookie(ctx)); } return 0; }
SEC("kretprobe") int BPF_KRETPROBE(at_kretprobe, long result) { if (is_watched()) { add(0, 1); add(1, result); } return 0; }
SEC("perf_event") int sample(void *ctx) { add(2, 1); if (is_watched()) add(0, 1); return 0; }
SEC("socket") int filter(struct __sk_buff *skb) { add(0, 1); return skb->len; }
SEC("xdp") int pass(struct xdp_md *ctx) { add(0, 1); return XDP_PASS; }
SEC("cgroup/dev") int device(void *ctx) { add(0, 1); return 1; }
SEC("sk_lookup") int lookup(void *ctx) { add(0, 1); return SK_PASS; }
`;

const iterators = `${header}
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, int); __type(value, __u64); } entries SEC(".maps");
SEC("iter/task") int tasks(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (task) { __u32 pid = task->pid; bpf_seq_write(ctx->meta->seq, &pid, sizeof(pid)); }
  return 0;
}
SEC("iter/bpf_map_elem") int elements(struct bpf_iter__bpf_map_elem *ctx) {
  int *from = ctx->key;
  if (from) { int key = *from; bpf_seq_write(ctx->meta->seq, &key, sizeof(key)); }
  return 0;
}
SEC("iter/bpf_map") int maps(struct bpf_iter__bpf_map *ctx) {
  struct bpf_map *map = ctx->map;
  if (map) { __u32 id = map->id; bpf_seq_write(ctx->meta->seq, &id, sizeof(id)); }
  return 0;
}
`;

const multi = `${header}
SEC("kprobe.multi") int kprobe_multi(void *ctx) { if (is_watched()) { add(0, 1); add(1, bpf_get_attach_cookie(ctx)); } return 0; }
SEC("kretprobe.multi") int kretprobe_multi(void *ctx) { if (is_watched()) add(0, 1); return 0; }
`;
const trampolines = `${header}
SEC("fentry/__x64_sys_getpgid") int BPF_PROG(fentry) { if (is_watched()) add(0, 1); return 0; }
SEC("fexit/__x64_sys_getpgid") int BPF_PROG(fexit, struct pt_regs *regs, long result) { if (is_watched()) { add(0, 1); add(1, result); } return 0; }
`;
const lsm = `${header}
SEC("lsm/task_getpgid") int BPF_PROG(lsm_hook, struct task_struct *p, int result) { if (is_watched()) { add(0, 1); return -13; } return result; }
`;

// Waits for a line, calls what it is told as often as it is told, prints the results' sum.
const targetSource = `
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((noinline)) long traced_add(long a, long b) { __asm__ volatile(""); return a + b; }
__attribute__((noinline)) long traced_twice(long a) { __asm__ volatile(""); return 2 * a; }
__attribute__((noinline)) long other(long a) { __asm__ volatile(""); return a; }
int main(void) {
  char line[64];
  while (fgets(line, sizeof(line), stdin)) {
    long count = atol(line), sum = count < 0 ? (long)traced_twice : 0;
    for (long i = 0; i < count; i++) {
      sum += traced_add(i, 1) + traced_twice(1) + other(0);
      if (getpgid(getpid()) < 0) sum += 1000000;
      void *memory = malloc(64);
      __asm__ volatile("" : : "r"(memory) : "memory");
      free(memory);
    }
    printf("%ld\\n", sum);
    fflush(stdout);
  }
}
`;

// Touches as many new pages as it is told; its own stay in memory, whatever else wants some.
const faultingSource = `
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
int main(void) {
  char line[64];
  if (mlockall(MCL_CURRENT)) return perror("mlockall"), 1;
  while (fgets(line, sizeof(line), stdin)) {
    long pages = atol(line);
    char *memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
    for (long page = 0; page < pages; page++) ((volatile char *)memory)[page * 4096] = 1;
    munmap(memory, pages * 4096);
    printf("%ld\\n", pages);
    fflush(stdout);
  }
}
`;

// Starts as many threads as it is told, each of which never stops working.
const threadsSource = `
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static void *work(void *unused) { for (volatile long i = 0;; i++); }
int main(void) {
  char line[64];
  while (fgets(line, sizeof(line), stdin)) {
    for (long i = atol(line); i > 0; i--) { pthread_t thread; pthread_create(&thread, NULL, work, NULL); }
    printf("1\\n");
    fflush(stdout);
  }
}
`;

useOwnNetwork();

let path: string;
let target: TracedProcess;
const objects = new Map<string, BpftoolObject>();

async function load(text: string, attachTypes: Record<string, number> = {}): Promise<BpftoolObject> {
  const known = objects.get(text);
  if (known) return known;
  const object = loadWithBpftool(await compileC(text), attachTypes);
  objects.set(text, object);
  return object;
}

beforeAll(async () => {
  path = await compileExecutable(targetSource);
  target = new TracedProcess(path);
});
afterAll(() => {
  target[Symbol.dispose]();
  for (const object of objects.values()) object[Symbol.dispose]();
});

const int32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);

function count(object: BpftoolObject, index: number): bigint {
  const value = new Uint8Array(8);
  bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: object.map('counts').fd.number, key: int32(index), value });
  return new DataView(value.buffer).getBigUint64(0, true);
}

function watch(object: BpftoolObject, pid: number): void {
  const [map, counts] = [object.map('watched').fd.number, object.map('counts').fd.number];
  bpf('BPF_MAP_UPDATE_ELEM', { map_fd: map, key: int32(0), value: int32(pid) });
  for (let index = 0; index < 8; index++) {
    bpf('BPF_MAP_UPDATE_ELEM', { map_fd: counts, key: int32(index), value: new Uint8Array(8) });
  }
}

/** Attaches, lets the process do `times` rounds, detaches, lets it do more; returns what was counted. */
async function counted(object: BpftoolObject, name: string, where: AttachTarget, times: number): Promise<bigint[]> {
  watch(object, target.pid);
  const before = openDescriptors().length;
  const link = attachProgram(object.program(name), where);
  await target.run(times);
  link[Symbol.dispose]();
  link[Symbol.dispose](); // twice is harmless
  const seen = [count(object, 0), count(object, 1)];
  await target.run(17);
  expect(count(object, 0), 'counted after detaching').toBe(seen[0]);
  expect(openDescriptors()).toHaveLength(before);
  return seen;
}

const hintOf = (attach: () => HostLink): string => {
  try {
    attach()[Symbol.dispose]();
  } catch (error) {
    if (error instanceof BpfError) return `${error.code}: ${error.message}; ${error.hint}`;
    throw error;
  }
  return 'attached';
};

describe('tracepoints', () => {
  test('tracepoint', async () => {
    const object = await load(source);
    const where = { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_getpgid' } as const;
    expect(await counted(object, 'tp', where, 1009)).toEqual([1009n, 0n]);
    expect(await counted(object, 'tp', { ...where, cookie: 7n }, 101)).toEqual([101n, 707n]);
  });

  test('raw tracepoint', async () => {
    const object = await load(source);
    expect((await counted(object, 'raw_tp', { kind: 'raw-tracepoint', name: 'sys_enter' }, 1013))[0]).toBe(1013n);
  });

  test('BTF tracepoint', async () => {
    const object = await load(source);
    expect((await counted(object, 'tp_btf', { kind: 'tracing', function: 'sys_enter' }, 1019))[0]).toBe(1019n);
  });

  test('unknown ones are refused with a suggestion', async () => {
    const object = await load(source);
    const tracepoint = (category: string, name: string): string =>
      hintOf(() => attachProgram(object.program('tp'), { kind: 'tracepoint', category, name }));
    expect(tracepoint('syscalls', 'sys_enter_getpgidd')).toMatch(
      /^usage: .*did you mean syscalls\/sys_enter_getpgid\?$/,
    );
    expect(tracepoint('sced', 'sched_switch')).toMatch(/did you mean sched\/sched_switch\?$/);
    expect(tracepoint('syscalls', '../../sched/sched_switch')).toMatch(/^usage: /);
    const raw = (name: string): string =>
      hintOf(() => attachProgram(object.program('raw_tp'), { kind: 'raw-tracepoint', name }));
    expect(raw('sched_swich')).toMatch(/did you mean sched_switch\?$/);
    expect(raw('sys_enter_openat')).toMatch(/attach to sys_enter and compare the number$/);
  });

  test('several links at once', async () => {
    const object = await load(source);
    watch(object, target.pid);
    const links = [
      attachProgram(object.program('tp'), { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_getpgid' }),
      attachProgram(object.program('raw_tp'), { kind: 'raw-tracepoint', name: 'sys_enter' }),
      attachProgram(object.program('tp_btf'), { kind: 'tracing', function: 'sys_enter' }),
    ];
    await target.run(101);
    for (const link of links) link[Symbol.dispose]();
    expect(count(object, 0)).toBe(303n);
  });

  test('a pinned link outlives its owner', async () => {
    const object = await load(source);
    watch(object, target.pid);
    const pin = `/sys/fs/bpf/tsbpf-link-${process.pid}`;
    const link = attachProgram(object.program('raw_tp'), { kind: 'raw-tracepoint', name: 'sys_enter' });
    try {
      link.pin?.(pin);
      link[Symbol.dispose]();
      await target.run(11);
      expect(count(object, 0)).toBe(11n);
    } finally {
      execFileSync('rm', ['-f', pin]);
    }
    expect(() => link.pin?.(pin)).toThrow(UsageError);
  });
});

describe('uprobes', () => {
  const where = (more: object): AttachTarget => ({ kind: 'uprobe', path, ...more });

  test('by symbol, with cookie and process', async (context) => {
    const object = await load(source);
    const place = where({ symbol: 'traced_add', pid: target.pid, cookie: 3n });
    expect(await skipUnsupported(context, () => counted(object, 'at_uprobe', place, 1021))).toEqual([1021n, 3063n]);
  });

  test('by symbol, every process', async () => {
    expect((await counted(await load(source), 'at_uprobe', where({ symbol: 'traced_add' }), 1031))[0]).toBe(1031n);
  });

  test('by offset', async () => {
    const address = BigInt(await target.run(-1)); // where the process itself says that its function is
    const region = processMaps(target.pid).find(({ start, end }) => start <= address && address < end);
    const fileOffset = Number(address - (region?.start ?? 0n)) + (region?.offset ?? 0);
    expect((await counted(await load(source), 'at_uprobe', where({ offset: fileOffset }), 1033))[0]).toBe(1033n);
  });

  test('at return, with the result', async () => {
    const seen = await counted(await load(source), 'at_uretprobe', where({ symbol: 'traced_add', return: true }), 101);
    expect(seen).toEqual([101n, BigInt((101 * 102) / 2)]);
  });

  test('in a library by its short name', async () => {
    for (const [name, times] of [
      ['libc', 211],
      ['c', 223],
      ['libc.so.6', 227],
    ] as const) {
      const place: AttachTarget = { kind: 'uprobe', path: name, symbol: 'getpgid', pid: target.pid };
      expect((await counted(await load(source), 'at_uprobe', place, times))[0], name).toBe(BigInt(times));
    }
  });

  test('what does not exist is refused with a suggestion', async () => {
    const object = await load(source);
    const refused = (more: object): string => hintOf(() => attachProgram(object.program('at_uprobe'), where(more)));
    expect(refused({ symbol: 'traced_ad' })).toMatch(
      /^usage: there is no function "traced_ad" .*did you mean "traced_add"\?$/,
    );
    expect(refused({ path: '/nowhere/x', symbol: 'x' })).toMatch(/^usage: cannot find \/nowhere\/x: no such file/);
    expect(refused({ path: 'libssll.so.3', symbol: 'x' })).toMatch(/^usage: there is no program or library/);
    expect(refused({})).toMatch(/give a symbol or an offset/);
    expect(refused({ symbol: 'main', pid: -7 })).toMatch(/^value: pid/);
    expect(refused({ path: '/etc/passwd', symbol: 'main' })).toMatch(/^format: /);
  });

  test('many by pattern, on this kernel with one link or many', async (context) => {
    const object = await load(source);
    const place: AttachTarget = {
      kind: 'uprobe-multi',
      path,
      pattern: 'traced_*',
      cookies: [1n, 100n],
      pid: target.pid,
    };
    const seen = await skipUnsupported(context, () => counted(object, 'at_uprobe', place, 1039));
    expect(seen).toEqual([2078n, 1039n * 101n]);
  });

  test('many by name', async () => {
    const object = await load(source);
    const place: AttachTarget = { kind: 'uprobe-multi', path, symbols: ['traced_add', 'other', 'traced_twice'] };
    expect((await counted(object, 'at_uprobe', place, 503))[0]).toBe(1509n);
  });
});

describe('kprobes', () => {
  const entry = '__x64_sys_getpgid';

  test('by name, with cookie', async (context) => {
    const object = await load(source);
    const place: AttachTarget = { kind: 'kprobe', function: entry, cookie: 5n };
    expect(await skipUnsupported(context, () => counted(object, 'at_kprobe', place, 1049))).toEqual([1049n, 5245n]);
  });

  test('at return, with the result', async (context) => {
    const object = await load(source);
    const place: AttachTarget = { kind: 'kprobe', function: entry, return: true };
    const [number, sum] = await skipUnsupported(context, () => counted(object, 'at_kretprobe', place, 307));
    expect(number).toBe(307n);
    const group = Number(readFileSync(`/proc/${target.pid}/stat`, 'utf8').split(' ')[4]);
    expect(sum).toBe(BigInt(group * 307));
  });

  test('system call by its own name', async (context) => {
    const object = await load(source);
    const place: AttachTarget = { kind: 'ksyscall', function: 'getpgid' };
    expect((await skipUnsupported(context, () => counted(object, 'at_kprobe', place, 1051)))[0]).toBe(1051n);
  });

  test('unknown ones are refused with a suggestion', async (context) => {
    const object = await load(source);
    const refused = (where: AttachTarget): string => hintOf(() => attachProgram(object.program('at_kprobe'), where));
    await skipUnsupported(context, () =>
      attachProgram(object.program('at_kprobe'), { kind: 'kprobe', function: entry })[Symbol.dispose](),
    );
    expect(refused({ kind: 'kprobe', function: 'vfs_reed' })).toMatch(
      /^usage: the kernel has no function vfs_reed; did you mean vfs_read\?$/,
    );
    expect(refused({ kind: 'ksyscall', function: 'opnat' })).toMatch(
      /^usage: the kernel has no system call opnat; did you mean openat\?$/,
    );
    expect(refused({ kind: 'kprobe', function: entry, offset: 1, return: true })).toMatch(/cannot have an offset/);
  });

  test('many by pattern', async (context) => {
    const object = await skipUnsupported(context, () => load(multi, { kprobe_multi: 42, kretprobe_multi: 42 }));
    const place: AttachTarget = { kind: 'kprobe-multi', pattern: '__x64_sys_getpgi[d]' };
    expect((await skipUnsupported(context, () => counted(object, 'kprobe_multi', place, 1061)))[0]).toBe(1061n);
    const all: AttachTarget = { kind: 'kprobe-multi', pattern: '__x64_sys_*pgid', return: true };
    expect((await counted(object, 'kretprobe_multi', all, 503))[0]).toBe(503n);
  });

  test('very many by pattern', async (context) => {
    const object = await load(multi, { kprobe_multi: 42, kretprobe_multi: 42 });
    const place: AttachTarget = { kind: 'kprobe-multi', pattern: 'vfs_*' };
    const link = await skipUnsupported(context, () => attachProgram(object.program('kprobe_multi'), place));
    watch(object, target.pid);
    await target.run(3); // reads its order from a pipe, and writes its answer
    link[Symbol.dispose]();
    expect(count(object, 0)).toBeGreaterThanOrEqual(2n);
    expect(hintOf(() => attachProgram(object.program('kprobe_multi'), { ...place, pattern: 'vfs_reed*' }))).toMatch(
      /^usage: no kernel function matches vfs_reed\*; there is vfs_read/,
    );
  });

  test('many by name, with cookies', async (context) => {
    const object = await load(multi, { kprobe_multi: 42, kretprobe_multi: 42 });
    const place: AttachTarget = { kind: 'kprobe-multi', functions: ['__x64_sys_setpgid', entry], cookies: [1000n, 7n] };
    expect(await skipUnsupported(context, () => counted(object, 'kprobe_multi', place, 1063))).toEqual([1063n, 7441n]);
  });
});

describe('probes defined through tracefs, as on kernels before 4.17', () => {
  const countBy = async (object: BpftoolObject, name: string, open: () => ProbeEvent): Promise<bigint> => {
    watch(object, target.pid);
    const where: AttachTarget = { kind: 'kprobe', function: 'none' };
    const { event, others } = open();
    const link = attachToPerfEvent(object.program(name), event, { target: where, label: 'test', others });
    await target.run(1091);
    link[Symbol.dispose]();
    await target.run(11);
    return count(object, 0);
  };
  const common = { offset: 0, atReturn: false, pid: -1, label: 'test' } as const;
  const remaining = (): string => readFileSync('/sys/kernel/tracing/dynamic_events', 'utf8');

  test('uprobe', async () => {
    const object = await load(source);
    const { offset } = openExecutable(path).findFunction('traced_add');
    const open = (): ProbeEvent => openByTracefs({ ...common, kind: 'uprobe', where: path, offset });
    expect(await countBy(object, 'at_uprobe', open)).toBe(1091n);
    expect(remaining()).not.toContain(`_${process.pid}_`);
  });

  test('kprobe', async (context) => {
    const object = await load(source);
    const open = (): ProbeEvent => openByTracefs({ ...common, kind: 'kprobe', where: '__x64_sys_getpgid' });
    expect(await skipUnsupported(context, () => countBy(object, 'at_kprobe', open))).toBe(1091n);
    expect(remaining()).not.toContain(`_${process.pid}_`);
    expect(() => openByTracefs({ ...common, kind: 'kprobe', where: 'no_such_function' })).toThrow(SyscallError);
  });
});

describe('trampolines', () => {
  test('fentry and fexit', async (context) => {
    // Loading is the loader's part; where the kernel refuses it there is nothing to attach.
    context.skip(process.env.TSBPF_QEMU !== '1', 'this kernel refuses fentry programs when they are loaded');
    const object = await load(trampolines);
    const place: AttachTarget = { kind: 'tracing', function: entryOfGetpgid };
    expect((await counted(object, 'fentry', place, 1069))[0]).toBe(1069n);
    const [number, sum = 0n] = await counted(object, 'fexit', place, 1087);
    expect(number).toBe(1087n);
    expect(sum % 1087n).toBe(0n);
  });

  test('LSM hook', async (context) => {
    context.skip(process.env.TSBPF_QEMU !== '1', 'this kernel refuses LSM programs when they are loaded');
    const object = await load(lsm);
    watch(object, target.pid);
    const link = attachProgram(object.program('lsm_hook'), { kind: 'tracing', function: 'task_getpgid' });
    const denied = await target.run(31);
    link[Symbol.dispose]();
    expect(count(object, 0)).toBe(31n);
    expect(denied).toBeGreaterThan(31 * 1_000_000);
    expect(await target.run(31)).toBeLessThan(1_000_000);
  });
  const entryOfGetpgid = '__x64_sys_getpgid';
});

describe('sampling', () => {
  test('every page fault of one process, exactly', async () => {
    const object = await load(source);
    using faulting = new TracedProcess(await compileExecutable(faultingSource));
    await faulting.run(499); // the first time also loads its code
    watch(object, faulting.pid);
    const where: AttachTarget = { kind: 'perf-event', samplePeriod: 1n, pid: faulting.pid, type: 1, config: 2n };
    const link = attachProgram(object.program('sample'), where);
    expect(link.target).toBe(where);
    await faulting.run(499);
    link[Symbol.dispose]();
    await faulting.run(499);
    expect(count(object, 0)).toBe(499n);
    expect(count(object, 2)).toBe(499n);
  });

  test.each([
    ['that work already', 2, 0],
    ['that come later', 0, 2],
  ])('all threads of a process %s, and no other process', async (_when, before, after) => {
    const object = await load(source);
    using threads = new TracedProcess(await compileExecutable(threadsSource, ['-pthread']));
    await threads.run(before);
    watch(object, threads.pid);
    const where: AttachTarget = { kind: 'perf-event', samplePeriod: 1_000_000n, pid: threads.pid, type: 1, config: 1n };
    const link = attachProgram(object.program('sample'), where);
    await threads.run(after);
    // The thread that starts the others sleeps: without them there would be next to none.
    await expect.poll(() => count(object, 0)).toBeGreaterThan(53n);
    link[Symbol.dispose]();
    expect(count(object, 2)).toBe(count(object, 0));
  });

  test('so many times a second, on all CPUs', async () => {
    const object = await load(source);
    watch(object, target.pid);
    const start = performance.now();
    const link = attachProgram(object.program('sample'), { kind: 'perf-event', frequencyHz: 499 });
    while (count(object, 0) === 0n || count(object, 2) <= 53n) await target.run(1009);
    link[Symbol.dispose]();
    const seconds = (performance.now() - start) / 1000;
    const all = Number(count(object, 2));
    expect(all).toBeLessThan(1.5 * 499 * seconds * onlineCpus().length + 10);
    await target.run(1009);
    expect(Number(count(object, 2))).toBe(all);
  });

  test('refuses what cannot be', async () => {
    const program = (await load(source)).program('sample');
    expect(() => attachProgram(program, { kind: 'perf-event' })).toThrow(ValueError);
    expect(() => attachProgram(program, { kind: 'perf-event', frequencyHz: 0 })).toThrow(ValueError);
    expect(() => attachProgram(program, { kind: 'perf-event', frequencyHz: 9, samplePeriod: 9n })).toThrow(ValueError);
    expect(() => attachProgram(program, { kind: 'perf-event', frequencyHz: 10_000_000 })).toThrow(ValueError);
    expect(() => attachProgram(program, { kind: 'perf-event', frequencyHz: 9, cpu: 4095 })).toThrow(UsageError);
    expect(() => attachProgram(program, { kind: 'perf-event', frequencyHz: 9, pid: 4194305 })).toThrow(SyscallError);
  });
});

describe('iterators', () => {
  const words = (bytes: Uint8Array): number[] => [...new Uint32Array(bytes.slice().buffer)];
  const run = (object: BpftoolObject, name: string, where: AttachTarget): number[] => {
    using link = attachProgram(object.program(name), where);
    return words(link.read?.() ?? new Uint8Array(0));
  };

  test('tasks', async () => {
    const object = await load(iterators, { tasks: 28, elements: 28, maps: 28 });
    const pids = run(object, 'tasks', { kind: 'iterator', target: 'task' });
    expect(pids).toContain(process.pid);
    expect(pids).toContain(target.pid);
    expect(new Set(pids).size).toBe(pids.length);
  });

  test('a link can be read again and again', async () => {
    const object = await load(iterators, { tasks: 28 });
    using link = attachProgram(object.program('tasks'), { kind: 'iterator', target: 'task' });
    const [first, second] = [words(link.read?.() ?? new Uint8Array()), words(link.read?.() ?? new Uint8Array())];
    expect(first).toContain(process.pid);
    expect(second).toContain(process.pid);
  });

  test('threads of one process', async (context) => {
    context.skip(!kernelAtLeast('6.1'), new UnsupportedError('task iterator of one process', { since: '6.1' }).message);
    const object = await load(iterators, { tasks: 28 });
    expect(run(object, 'tasks', { kind: 'iterator', target: 'task', pid: target.pid })).toEqual([target.pid]);
    expect(run(object, 'tasks', { kind: 'iterator', target: 'task', tid: target.pid })).toEqual([target.pid]);
  });

  test('elements of a map', async () => {
    const object = await load(iterators, { elements: 28 });
    for (let key = 0; key < 37; key++) {
      const entry = { map_fd: object.map('entries').fd.number, key: int32(key * 3), value: new Uint8Array(8) };
      bpf('BPF_MAP_UPDATE_ELEM', entry);
    }
    const keys = run(object, 'elements', { kind: 'iterator', target: 'bpf_map_elem', map: 'entries' });
    expect(keys.sort((a, b) => a - b)).toEqual(Array.from({ length: 37 }, (_, index) => index * 3));
    expect(
      hintOf(() =>
        attachProgram(object.program('elements'), { kind: 'iterator', target: 'bpf_map_elem', map: 'entrys' }),
      ),
    ).toMatch(/^usage: .*did you mean "entries"\?$/);
  });
});

/** Binds to a free port, which it returns. */
function bindLoopback(fd: number): number {
  const address = Uint8Array.of(2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0); // struct sockaddr_in
  callSystem('bind', [fd, address, 16]);
  callSystem('getsockname', [fd, address, Uint8Array.of(16, 0, 0, 0)]);
  return new DataView(address.buffer).getUint16(2);
}

describe('sockets, interfaces, files', () => {
  test('socket filter', async () => {
    const object = await load(source);
    watch(object, 0);
    using socket = openSocket(addressFamilies.inet, 2, 0, 'socket');
    const link = attachProgram(object.program('filter'), { kind: 'socket-filter', socketFd: socket.number });
    const port = bindLoopback(socket.number);
    const sender = createSocket('udp4');
    const send = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n++) {
        await new Promise((resolve) => sender.send('x', port, '127.0.0.1', resolve));
      }
    };
    await send(13);
    await expect.poll(() => count(object, 0)).toBe(13n);
    link[Symbol.dispose]();
    await send(3);
    sender.close();
    expect(count(object, 0)).toBe(13n);
  });

  test('XDP on loopback', async (context) => {
    const object = await load(source);
    const where: AttachTarget = { kind: 'interface', hook: 'xdp', interface: 'lo' };
    const program = { ...object.program('pass'), expectedAttachType: 37 };
    const link = await skipUnsupported(context, () => attachProgram(program, where));
    const shown = execFileSync('ip', ['link', 'show', 'lo'], { encoding: 'utf8' });
    link[Symbol.dispose]();
    expect(shown).toContain('xdp');
    expect(execFileSync('ip', ['link', 'show', 'lo'], { encoding: 'utf8' })).not.toContain('xdp');
    const unknown: AttachTarget = { kind: 'interface', hook: 'xdp', interface: 'nosuch0' };
    expect(() => attachProgram(program, unknown)).toThrow(UsageError);
  });

  test('network namespace', async () => {
    const object = await load(source);
    const program = { ...object.program('lookup'), expectedAttachType: 36 };
    using link = attachProgram(program, { kind: 'netns' });
    expect(link.target.kind).toBe('netns');
    expect(() => attachProgram(program, { kind: 'netns', path: '/nowhere' })).toThrow(SyscallError);
  });
});

test("a program loaded after the kernel's symbols were read has a name", async () => {
  const symbolizer = new Symbolizer();
  symbolizer.resolveKernel(kernelSymbols().find('vfs_read')?.address ?? 0n);
  using object = loadWithBpftool(await compileC(source));
  const { fd } = object.program('tp');
  const addresses = new Uint8Array(8);
  objectInfo(fd.number, programInfoLayout, { nr_jited_ksyms: 1, jited_ksyms: addresses });
  const address = new DataView(addresses.buffer).getBigUint64(0, true);
  const found = symbolizer.resolveKernel(address + 2n);
  expect(found).toMatchObject({ offset: 2, module: 'bpf', name: expect.stringMatching(/^bpf_prog_.*_tp$/) });
});

test('a program of the wrong type is refused', async () => {
  const object = await load(source);
  const refused = hintOf(() => attachProgram(object.program('tp'), { kind: 'kprobe', function: 'vfs_read' }));
  expect(refused).toMatch(/^usage: program "tp" is of type tracepoint: kprobe takes programs of type kprobe/);
  expect(() => attachProgram(object.program('tp'))).toThrow(UsageError);
  const usdt: AttachTarget = { kind: 'usdt', path, provider: 'a', name: 'b' };
  expect(hintOf(() => attachProgram(object.program('at_uprobe'), usdt))).toMatch(/the file has no USDT probes at all/);
});
