// Ring buffers and perf buffers against the kernel: exact numbers, loss counted, sleeping and waking.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileC, compileExecutable } from '../../../test/support/compile-c.ts';
import { type BpftoolObject, loadWithBpftool } from '../../../test/support/load-with-bpftool.ts';
import { isIdleDuring } from '../../../test/support/processor-time.ts';
import { TracedProcess } from '../../../test/support/traced-process.ts';
import { UsageError, ValueError } from '../../base/index.ts';
import { readObject } from '../../object/index.ts';
import { bpf, onlineCpus, openDescriptors } from '../../sys/index.ts';
import { kernelHost } from '../host.ts';
import { attachProgram } from '../links/index.ts';
import { openEvents, openUserRing } from './index.ts';

const source = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } small SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1 << 20); } large SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __type(key, int); __type(value, int); } perf SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_USER_RINGBUF); __uint(max_entries, 4096); } user SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, __u64); } counts SEC(".maps");

struct input { __u32 count; __u32 discard_every; };

static void add(int index, __u64 value) {
  __u64 *count = bpf_map_lookup_elem(&counts, &index);
  if (count) __sync_fetch_and_add(count, value);
}

static long write_small(__u32 i, void *context) {
  __u64 *record = bpf_ringbuf_reserve(&small, 8, 0);
  if (!record) { add(0, 1); return 0; }
  *record = i;
  bpf_ringbuf_submit(record, 0);
  return 0;
}

static long write_large(__u32 i, struct input *input) {
  struct { __u64 index; char text[24]; } *record = bpf_ringbuf_reserve(&large, sizeof(*record), 0);
  if (!record) { add(0, 1); return 0; }
  record->index = i;
  if (input->discard_every && i % input->discard_every == 0) bpf_ringbuf_discard(record, 0);
  else bpf_ringbuf_submit(record, 0);
  return 0;
}

SEC("syscall") int fill_small(struct input *input) { bpf_loop(input->count, write_small, NULL, 0); return 0; }
SEC("syscall") int fill_large(struct input *input) {
  struct input copy = *input;
  bpf_loop(copy.count, write_large, &copy, 0);
  return 0;
}

struct perf_loop { void *ctx; __u64 first, refused; };
static long write_perf(__u32 i, struct perf_loop *loop) {
  __u64 record[2] = { loop->first + i, bpf_get_smp_processor_id() };
  if (bpf_perf_event_output(loop->ctx, &perf, BPF_F_CURRENT_CPU, record, sizeof(record))) loop->refused++;
  return 0;
}
SEC("raw_tp/sys_enter") int fill_perf(struct bpf_raw_tracepoint_args *ctx) {
  struct perf_loop loop = { ctx, ctx->args[0], 0 };
  bpf_loop(ctx->args[1], write_perf, &loop, 0);
  add(1, loop.refused);
  return 0;
}

static long read_user(struct bpf_dynptr *record, void *context) {
  __u64 value = 0;
  bpf_dynptr_read(&value, sizeof(value), record, 0, 0);
  add(2, 1);
  add(3, value);
  return 0;
}
SEC("syscall") int drain_user(void *ctx) { return bpf_user_ringbuf_drain(&user, read_user, NULL, 0); }
`;

let object: BpftoolObject;

beforeAll(async () => {
  object = loadWithBpftool(await compileC(source));
});
afterAll(() => object[Symbol.dispose]());

const count = (index: number): bigint => {
  const value = new Uint8Array(8);
  bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: object.map('counts').fd.number, key: word32(index), value });
  return new DataView(value.buffer).getBigUint64(0, true);
};
const word32 = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
const word64 = (...values: bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer);

/** Runs a program of type syscall. */
function runSyscall(name: string, context: Uint8Array): number {
  const run = { prog_fd: object.program(name).fd.number, ctx_in: context, ctx_size_in: context.byteLength };
  return bpf('BPF_PROG_TEST_RUN', run).attribute().retval;
}

/** Runs the raw tracepoint program, on a CPU of our choice. */
function runPerf(first: bigint, records: bigint, cpu: number): void {
  const context = word64(first, records);
  const run = { prog_fd: object.program('fill_perf').fd.number, ctx_in: context, ctx_size_in: 16, flags: 1, cpu };
  bpf('BPF_PROG_TEST_RUN', run);
}

const first64 = (ring: Uint8Array, offset: number): bigint =>
  new DataView(ring.buffer, ring.byteOffset).getBigUint64(offset, true);

describe('ring buffer', () => {
  test('gives every record, in order, and leaves out the discarded ones', () => {
    using events = openEvents(object.map('large'));
    runSyscall('fill_large', word32(10007, 7));
    const seen: bigint[] = [];
    const number = events.drain((ring, offset, length, cpu) => {
      expect(length).toBe(32);
      expect(cpu).toBe(-1);
      seen.push(first64(ring, offset));
    });
    const expected = Array.from({ length: 10007 }, (_, index) => BigInt(index)).filter((index) => index % 7n !== 0n);
    expect(number).toBe(expected.length);
    expect(seen).toEqual(expected);
    expect(events.drain(() => {})).toBe(0);
  });

  test('what does not fit is refused to the program, and exactly that is missing', () => {
    const before = count(0);
    using events = openEvents(object.map('small'));
    runSyscall('fill_small', word32(1009, 0));
    const seen: bigint[] = [];
    expect(events.drain((ring, offset) => seen.push(first64(ring, offset)))).toBe(4096 / 16 - 1); // one byte always stays free
    expect(seen.at(-1)).toBe(254n);
    expect(count(0) - before).toBe(1009n - 255n);
    runSyscall('fill_small', word32(101, 0));
    expect(events.drain(() => {})).toBe(101);
    expect(count(0) - before).toBe(1009n - 255n);
  });

  test('goes around the ring many times', () => {
    using events = openEvents(object.map('small'));
    let sum = 0;
    for (let round = 0; round < 997; round++) {
      runSyscall('fill_small', word32(211, 0));
      sum += events.drain(() => {}, 100) + events.drain(() => {});
    }
    expect(sum).toBe(997 * 211);
  });

  test('a second reader goes on where the first one stopped', () => {
    using first = openEvents(object.map('small'));
    runSyscall('fill_small', word32(11, 0));
    expect(first.drain(() => {}, 4)).toBe(4);
    first[Symbol.dispose]();
    using second = openEvents(object.map('small'));
    expect(second.drain(() => {})).toBe(7);
  });

  test('sleeps until there is something, without using the processor', async () => {
    using events = openEvents(object.map('small'));
    expect(await isIdleDuring(async () => expect(await events.wait(100)).toBe(false))).toBe(true);
    const waiting = events.wait(Number.POSITIVE_INFINITY);
    setTimeout(() => runSyscall('fill_small', word32(3, 0)), 20);
    expect(await waiting).toBe(true);
    expect(events.drain(() => {})).toBe(3);
    expect(await events.wait(0)).toBe(false);
    runSyscall('fill_small', word32(1, 0));
    expect(await events.wait(0)).toBe(true);
    expect(events.drain(() => {})).toBe(1);
  });

  test('waiting ends by an abort and by dispose', async () => {
    using events = openEvents(object.map('small'));
    const controller = new AbortController();
    const aborted = events.wait(Number.POSITIVE_INFINITY, controller.signal);
    setTimeout(() => controller.abort(), 10);
    expect(await aborted).toBe(false);
    const disposed = events.wait(Number.POSITIVE_INFINITY);
    setTimeout(() => events[Symbol.dispose](), 10);
    expect(await disposed).toBe(false);
    expect(() => events.drain(() => {})).toThrow(UsageError);
  });

  test('leaves no descriptor behind', () => {
    const before = openDescriptors().length;
    for (let round = 0; round < 101; round++) openEvents(object.map('large'))[Symbol.dispose]();
    expect(openDescriptors()).toHaveLength(before);
  });
});

describe('perf buffer', () => {
  test('gives every record of every CPU', () => {
    using events = openEvents(object.map('perf'));
    for (const cpu of onlineCpus()) runPerf(0n, 1013n, cpu);
    const seen = onlineCpus().map((): bigint[] => []);
    const total = events.drain((ring, offset, length, cpu) => {
      expect(length).toBeGreaterThanOrEqual(16);
      expect(first64(ring, offset + 8)).toBe(BigInt(cpu));
      seen[onlineCpus().indexOf(cpu)]?.push(first64(ring, offset));
    });
    expect(total).toBe(1013 * onlineCpus().length);
    for (const one of seen) expect(one).toEqual(Array.from({ length: 1013 }, (_, index) => BigInt(index)));
    expect(events.lost).toBe(0n);
  });

  test('counts what was lost, exactly', () => {
    const before = count(1);
    using events = openEvents(object.map('perf'), { pagesPerCpu: 1 });
    runPerf(0n, 1009n, 0);
    let seen = events.drain(() => {});
    runPerf(0n, 1n, 0); // kernels before 6.0 tell with the next sample
    seen += events.drain(() => {});
    const refused = count(1) - before;
    expect(refused).toBeGreaterThan(800n);
    expect(events.lost).toBe(refused);
    expect(BigInt(seen) + events.lost).toBe(1010n);
    events[Symbol.dispose]();
    expect(events.lost).toBe(refused);
  });

  test('goes around the buffer many times; records over its end are whole', () => {
    using events = openEvents(object.map('perf'), { pagesPerCpu: 1 });
    let next = 0n;
    for (let round = 0; round < 499; round++) {
      runPerf(next, 89n, 0);
      const seen = events.drain((ring, offset) => {
        if (first64(ring, offset) !== next) throw new Error(`${first64(ring, offset)} in place of ${next}`);
        next++;
      });
      expect(seen).toBe(89);
    }
    expect(events.lost).toBe(0n);
  });

  test('sleeps until there is something', async () => {
    using events = openEvents(object.map('perf'));
    expect(await events.wait(100)).toBe(false);
    const waiting = events.wait(Number.POSITIVE_INFINITY);
    setTimeout(() => runPerf(0n, 3n, 0), 20);
    expect(await waiting).toBe(true);
    expect(events.drain(() => {})).toBe(3);
    expect(await events.wait(20)).toBe(false);
    runPerf(0n, 2n, 0);
    expect(events.drain(() => {}, 1)).toBe(1);
    expect(await events.wait(0)).toBe(true);
    expect(events.drain(() => {}, 5)).toBe(1);
  });

  test('refuses wrong options', () => {
    expect(() => openEvents(object.map('perf'), { pagesPerCpu: 3 })).toThrow(ValueError);
    expect(() => openEvents(object.map('perf'), { wakeupEvents: 0 })).toThrow(ValueError);
    expect(() => openEvents(object.map('counts'))).toThrow(UsageError);
  });

  test('leaves no descriptor behind, nor an entry in the map', () => {
    const before = openDescriptors().length;
    for (let round = 0; round < 31; round++) openEvents(object.map('perf'))[Symbol.dispose]();
    expect(openDescriptors()).toHaveLength(before);
    const refusedBefore = count(1);
    runPerf(0n, 5n, 0);
    expect(count(1) - refusedBefore).toBe(5n);
  });
});

test('user ring buffer: the program gets what was written', () => {
  using ring = openUserRing(object.map('user'));
  const [number, sum] = [count(2), count(3)];
  let expected = 0n;
  let written = 0n;
  for (let value = 1n; value <= 1009n; value++) {
    if (!ring.write(word64(value))) {
      runSyscall('drain_user', new Uint8Array(8));
      expect(ring.write(word64(value))).toBe(true);
    }
    expected += value;
    written++;
  }
  runSyscall('drain_user', new Uint8Array(8));
  expect(count(2) - number).toBe(written);
  expect(count(3) - sum).toBe(expected);
});

test('user ring buffer: by push() of the map, until it is full', async () => {
  using loaded = await kernelHost().load(readObject(await compileC(source), { name: 'events.bpf.o' }));
  const map = loaded.maps.get('user');
  let written = 0n;
  const fill = (): void => {
    for (;;) {
      map?.push(word64(1n));
      written++;
    }
  };
  expect(fill).toThrow(expect.objectContaining({ errno: 'ENOSPC' }));
  expect(written).toBe(4096n / 16n);
  loaded.programs.get('drain_user')?.run({ context: new Uint8Array(8) });
  const sum = loaded.maps.get('counts')?.lookup(word32(3)) ?? new Uint8Array(8);
  expect(new DataView(sum.buffer).getBigUint64(0, true)).toBe(written);
  map?.push(word64(1n));
});

test('no record is lost while the event loop works on', async () => {
  using events = openEvents(object.map('large'));
  const before = count(0);
  let seen = 0;
  for (let round = 0; round < 211; round++) {
    runSyscall('fill_large', word32(199, 0));
    if (await events.wait(Number.POSITIVE_INFINITY)) seen += events.drain(() => {});
  }
  expect(seen).toBe(211 * 199);
  expect(count(0)).toBe(before);
});

// Makes 200,000 records a second: 2,000 every 10 ms, as the clock says, whatever the sleeps really took.
const steadySource = `
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int main(void) {
  char line[64];
  while (fgets(line, sizeof(line), stdin)) {
    long batches = atol(line);
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (long batch = 0; batch < batches; batch++) {
      for (int i = 0; i < 2000; i++) getpgid(0);
      if ((next.tv_nsec += 10000000) >= 1000000000) { next.tv_nsec -= 1000000000; next.tv_sec++; }
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    printf("%ld\\n", batches);
    fflush(stdout);
  }
}
`;

const steadySeconds = process.env.TSBPF_LONG ? 10 : 1;

// There is room for all records in the ring: how soon they are read is up to the machine.
const steadyProgram = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, ${2 ** Math.ceil(Math.log2(steadySeconds * 200_000 * 24))}); } records SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 3); __type(key, int); __type(value, __u64); } state SEC(".maps");
SEC("tp/syscalls/sys_enter_getpgid") int steady(void *ctx) {
  int zero = 0, one = 1, two = 2;
  __u64 *pid = bpf_map_lookup_elem(&state, &zero), *next = bpf_map_lookup_elem(&state, &one);
  __u64 *refused = bpf_map_lookup_elem(&state, &two);
  if (!pid || !next || !refused || *pid != bpf_get_current_pid_tgid() >> 32) return 0;
  struct { __u64 index, time; } *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
  if (!record) { (*refused)++; return 0; }
  record->index = (*next)++;
  record->time = bpf_ktime_get_ns();
  bpf_ringbuf_submit(record, 0);
  return 0;
}
`;

test('200,000 records a second arrive, every one, in order', async () => {
  using steady = loadWithBpftool(await compileC(steadyProgram));
  using producer = new TracedProcess(await compileExecutable(steadySource));
  const state = steady.map('state').fd.number;
  bpf('BPF_MAP_UPDATE_ELEM', { map_fd: state, key: word32(0), value: word64(BigInt(producer.pid)) });
  using events = openEvents(steady.map('records'));
  using link = attachProgram(steady.program('steady'), {
    kind: 'tracepoint',
    category: 'syscalls',
    name: 'sys_enter_getpgid',
  });
  let next = 0;
  const sink = (ring: Uint8Array, offset: number): void => {
    const index = ((ring[offset] ?? 0) | ((ring[offset + 1] ?? 0) << 8) | ((ring[offset + 2] ?? 0) << 16)) >>> 0;
    if (index !== (next & 0xffffff)) throw new Error(`record ${index} in place of ${next}`);
    next++;
  };
  let running = true;
  const done = producer.run(steadySeconds * 100).finally(() => {
    running = false;
  });
  while (running || (await events.wait(0))) {
    if (await events.wait(50)) events.drain(sink);
  }
  await done;
  const refused = new Uint8Array(8);
  bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: state, key: word32(2), value: refused });
  expect(link.target.kind).toBe('tracepoint');
  expect(new DataView(refused.buffer).getBigUint64(0, true)).toBe(0n);
  expect(next).toBe(steadySeconds * 200_000);
});
