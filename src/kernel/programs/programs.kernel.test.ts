// Runs, info and lists of programs on the running kernel.

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { compileC } from '../../../test/support/compile-c.ts';
import type { HostObject } from '../../host/index.ts';
import { decode } from '../../isa/index.ts';
import { type BpfObject, readObject } from '../../object/index.ts';
import { kernelAtLeast, openDescriptors } from '../../sys/index.ts';
import { kernelHost } from '../host.ts';
import type { KernelMap } from '../maps/kernel-map.ts';
import { enableRunStatistics } from './info.ts';
import { listBtf, listLinks, listMaps, listPrograms } from './inventory.ts';
import type { KernelProgram } from './kernel-program.ts';
import { openPinnedProgram, openProgramByFd, openProgramById } from './opened-program.ts';

const owned: Disposable[] = [];

afterEach(() => {
  for (const resource of owned.splice(0).reverse()) resource[Symbol.dispose]();
  expect(openDescriptors()).toEqual([]);
});

function own<T extends Disposable>(resource: T): T {
  owned.push(resource);
  return resource;
}

const source = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
__u64 seen;
SEC("socket") int filter(struct __sk_buff *skb) { return skb->len; }
SEC("tc") int classify(struct __sk_buff *skb) {
  skb->mark = 41;
  bpf_skb_change_tail(skb, 1500, 0);
  return skb->mark;
}
SEC("xdp") int grow(struct xdp_md *ctx) {
  if (bpf_xdp_adjust_head(ctx, -20)) return 0;
  unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 1 > end) return 0;
  data[0] = 0xab;
  return 3;
}
SEC("raw_tp/sched_switch") int raw(struct bpf_raw_tracepoint_args *ctx) { seen = ctx->args[1]; return 9; }
SEC("syscall") int call(__u32 *ctx) { ctx[1] = ctx[0] + 1; return 4; }
SEC("cgroup_skb/ingress") int ingress(struct __sk_buff *skb) { return 1; }
SEC("flow_dissector") int dissect(struct __sk_buff *skb) { return 0; }
SEC("perf_event") int sample(void *ctx) { return 0; }
SEC("sk_lookup") int lookup(struct bpf_sk_lookup *ctx) { return ctx->family == 2; }
`;

describe('test runs', () => {
  let object: BpfObject;
  let loaded: HostObject;
  const packet = new Uint8Array(64).fill(7);
  beforeAll(async () => {
    object = readObject(await compileC(source), { name: 'runs.bpf.o' });
  });
  async function program(name: string): Promise<KernelProgram> {
    loaded = own(await kernelHost().load(object));
    return loaded.programs.get(name) as KernelProgram;
  }

  test('a socket filter sees the packet without its Ethernet header', async () => {
    expect((await program('filter')).run({ data: packet })).toMatchObject({ returnValue: 64 - 14 });
  });

  test('data and context come back, also when the packet grew', async () => {
    const result = (await program('classify')).run({ data: packet, context: new Uint8Array(192) });
    expect(result.returnValue).toBe(41);
    expect(result.data).toHaveLength(1500);
    expect(new DataView(result.context?.buffer as ArrayBuffer).getUint32(8, true)).toBe(41);
    const grown = (await program('grow')).run({ data: packet });
    expect(grown).toMatchObject({ returnValue: 3 });
    expect(grown.data).toHaveLength(84);
    expect(grown.data?.[0]).toBe(0xab);
  });

  test('repetition gives a mean time', async () => {
    const filter = await program('filter');
    const start = performance.now();
    const { durationNs = -1 } = filter.run({ data: packet, repeat: 1009 });
    const elapsedNs = (performance.now() - start) * 1e6;
    expect(durationNs).toBeGreaterThanOrEqual(0);
    expect(durationNs * 1009).toBeLessThan(elapsedNs);
  });

  test('raw tracepoints take a context, on a CPU of choice', async () => {
    const raw = await program('raw');
    const context = new Uint8Array(new BigUint64Array([1n, 77n, 3n]).buffer);
    expect(raw.run({ context, flags: 1, cpu: 0 }).returnValue).toBe(9);
    const seen = loaded.maps.get('runs.bss')?.lookup(new Uint8Array(4));
    expect(seen?.[0]).toBe(77);
  });

  test('syscall programs write their context in place', async () => {
    const given = new Uint8Array(new Uint32Array([5, 0]).buffer);
    const { returnValue, context } = (await program('call')).run({ context: given });
    expect(returnValue).toBe(4);
    expect([...new Uint32Array(context?.slice().buffer as ArrayBuffer)]).toEqual([5, 6]);
    expect(given[4]).toBe(0);
  });

  test('other types that take packets', async () => {
    expect((await program('ingress')).run({ data: packet }).returnValue).toBe(1);
    expect((await program('dissect')).run({ data: packet }).returnValue).toBe(0);
    const context = new Uint8Array(72);
    new DataView(context.buffer).setUint32(8, 2, true);
    expect(() => loaded.programs.get('lookup')?.run({ data: packet })).toThrow('EINVAL');
  });

  test('a type that cannot be run is unsupported; a wrong input is an error', async () => {
    const sample = await program('sample');
    expect(() => sample.run()).toThrow('test runs of perf_event programs is not supported here');
    expect(() => loaded.programs.get('filter')?.run({ data: new Uint8Array(3) })).toThrow('EINVAL');
    expect(() => loaded.programs.get('raw')?.run({ data: packet })).toThrow('EINVAL');
  });

  test('statistics count while they are on', async () => {
    const filter = await program('filter');
    const statistics = own(enableRunStatistics());
    const before = filter.statistics().runCount;
    filter.run({ data: packet, repeat: 101 });
    expect(filter.statistics().runCount - before).toBe(101n);
    statistics.close();
  });
});

describe('what is loaded', () => {
  const path = `/sys/fs/bpf/tsbpf-programs-${process.pid}/filter`;
  afterEach(() => rmSync(path.replace('/filter', ''), { recursive: true, force: true }));

  test('lists, and programs opened by id, path and descriptor', async () => {
    const object = readObject(await compileC(source), { name: 'runs.bpf.o' });
    const loaded = own(await kernelHost().load(object, { programs: ['filter', 'raw'] }));
    const filter = loaded.programs.get('filter') as KernelProgram;
    const { id } = filter.info();
    expect(listPrograms().find((program) => program.id === id)).toMatchObject({
      name: 'filter',
      type: 'socket_filter',
    });
    const bss = loaded.maps.get('runs.bss') as KernelMap;
    expect(listMaps().find((map) => map.id === bss.id)?.spec).toMatchObject({ type: 'array', name: 'runs.bss' });
    if (kernelAtLeast('5.11')) expect(listBtf().find(({ name }) => name === 'vmlinux')?.isKernel).toBe(true);
    expect(Array.isArray(listLinks())).toBe(true);
    filter.pin(path);
    for (const opened of [openProgramById(id), openPinnedProgram(path), openProgramByFd(filter.fd.number)]) {
      own(opened);
      expect(opened.info().id).toBe(id);
      expect(opened.run({ data: new Uint8Array(64) }).returnValue).toBe(50);
      expect(opened.jited().length).toBe(1);
    }
  });

  test('the translated program is what bpftool dumps', async () => {
    const object = readObject(await compileC(source), { name: 'runs.bpf.o' });
    const loaded = own(await kernelHost().load(object, { programs: ['raw'] }));
    const raw = loaded.programs.get('raw') as KernelProgram;
    const dump = spawnSync('bpftool', ['-j', 'prog', 'dump', 'xlated', 'id', String(raw.info().id)], {
      encoding: 'utf8',
    });
    if (dump.error) throw new Error('this test needs bpftool (Debian: apt-get install bpftool)', { cause: dump.error });
    const lines = (JSON.parse(dump.stdout) as { disasm?: string }[]).filter(({ disasm }) => disasm !== undefined);
    const ours = decode(raw.translated()).filter(({ opcode }) => opcode !== 0);
    expect(ours).toHaveLength(lines.length);
  });
});
