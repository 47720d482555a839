// Objects compiled from C, loaded into the running kernel.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { collectGarbage } from '../../test/support/collect-garbage.ts';
import { compileC } from '../../test/support/compile-c.ts';
import { UnsupportedError, UsageError, VerifierError } from '../base/index.ts';
import type { HostLoadOptions, HostObject } from '../host/index.ts';
import { type BpfObject, readObject } from '../object/index.ts';
import {
  addressFamilies,
  callSystem,
  Fd,
  kernelAtLeast,
  kernelVersionCode,
  openDescriptors,
  openSocket,
  pageSize,
  socketTypes,
} from '../sys/index.ts';
import { kernelHost } from './host.ts';
import { kernelConfig } from './kconfig.ts';
import type { KernelMap } from './maps/kernel-map.ts';
import { openPinnedMap } from './maps/open-map.ts';
import { hasMapType } from './probes/map-types.ts';
import { jitedFunctions, programInfo, translatedInstructions } from './programs/info.ts';
import type { KernelProgram } from './programs/kernel-program.ts';

const host = kernelHost();
const owned: Disposable[] = [];

afterEach(() => {
  for (const resource of owned.splice(0).reverse()) resource[Symbol.dispose]();
  expect(openDescriptors()).toEqual([]);
});

const head = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#ifndef bpf_ksym_exists
#define bpf_ksym_exists(symbol) (!!(symbol))
#endif
char LICENSE[] SEC("license") = "GPL";
`;

async function compile(text: string): Promise<BpfObject> {
  return readObject(await compileC(head + text), { name: 'test.bpf.o' });
}

async function load(object: BpfObject, options?: HostLoadOptions): Promise<HostObject> {
  const loaded = await host.load(object, options);
  owned.push(loaded);
  return loaded;
}

function u32(value: number): Uint8Array {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

function readU64(bytes: Uint8Array | undefined, offset = 0): bigint {
  if (!bytes) throw new Error('no value');
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset, true);
}

describe('an object with everything', () => {
  let object: BpfObject;
  beforeAll(async () => {
    object = await compile(`
      const volatile __u64 limit = 5;
      __u64 counter = 100;
      __u32 table[3];
      struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
      struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u32); } inner_a SEC(".maps");
      struct {
        __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 4); __type(key, __u32);
        __array(values, struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u32); });
      } outer SEC(".maps") = { .values = { [1] = (void *)&inner_a } };
      int tail(struct __sk_buff *skb);
      struct {
        __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __type(key, __u32);
        __array(values, int (void *));
      } jumps SEC(".maps") = { .values = { [2] = (void *)&tail } };

      static __noinline __u64 twice(__u64 value) { return value * 2; }

      SEC("tc") int tail(struct __sk_buff *skb) { return 77; }

      SEC("tc") int main_prog(struct __sk_buff *skb) {
        __u32 key = 7;
        __u64 value = twice(counter + limit);
        bpf_map_update_elem(&counts, &key, &value, BPF_ANY);
        counter++;
        table[1] = bpf_core_type_size(struct task_struct) > 0;
        bpf_tail_call(skb, &jumps, 2);
        return 1;
      }

      SEC("?tc") int not_by_default(struct __sk_buff *skb) { return 0; }
    `);
  });

  test('maps, globals, map-in-map, prog array, subprograms, CO-RE: loads and runs', async () => {
    const loaded = await load(object);
    expect([...loaded.programs.keys()].sort()).toEqual(['main_prog', 'tail']);
    const program = loaded.programs.get('main_prog');
    const packet = new Uint8Array(64);
    expect(program?.run({ data: packet })).toMatchObject({ returnValue: 77 });
    expect(readU64(loaded.maps.get('counts')?.lookup(u32(7)))).toBe(210n);
    const bss = loaded.maps.get('test.bss');
    expect(bss?.memory()?.[4]).toBe(1);
    const data = loaded.maps.get('test.data');
    expect(readU64(data?.lookup(u32(0)))).toBe(101n);
    expect(() => loaded.maps.get('test.rodata')?.update(u32(0), new Uint8Array(8))).toThrow('EPERM');
    const inner = loaded.maps.get('inner_a') as KernelMap;
    expect(loaded.maps.get('outer')?.lookup(u32(1))).toEqual(u32(inner.id));
  });

  test('only the programs asked for', async () => {
    const loaded = await load(object, { programs: ['not_by_default'] });
    expect([...loaded.programs.keys()]).toEqual(['not_by_default']);
    await expect(host.load(object, { programs: ['main_pro'] })).rejects.toThrow(UsageError);
  });

  test('the verifier log on request', async () => {
    const loaded = await load(object, { logLevel: 1 });
    expect(loaded.programs.get('main_prog')?.log).toContain('processed');
  });

  test('info, translated and compiled instructions', async () => {
    const loaded = await load(object);
    const program = loaded.programs.get('main_prog') as KernelProgram;
    const info = programInfo(program.fd.number);
    expect(info).toMatchObject({ name: 'main_prog', type: 'sched_cls', gplCompatible: true });
    expect(info.mapIds).toContain((loaded.maps.get('counts') as KernelMap).id);
    expect(info.btfId).toBeGreaterThan(0);
    expect(translatedInstructions(program.fd.number)).toHaveLength(info.xlatedSizeBytes);
    const jited = jitedFunctions(program.fd.number);
    expect(jited).toHaveLength(2);
    expect(jited.reduce((sum, { code }) => sum + code.byteLength, 0)).toBe(info.jitedSizeBytes);
  });

  test('a map given is used instead of a new one', async () => {
    const first = await load(object);
    const counts = first.maps.get('counts');
    if (!counts) throw new Error('no map');
    const second = await load(object, { reuseMaps: new Map([['counts', counts]]) });
    second.programs.get('main_prog')?.run({ data: new Uint8Array(64) });
    expect(readU64(counts.lookup(u32(7)))).toBe(210n);
    const other = first.maps.get('inner_a');
    if (!other) throw new Error('no map');
    await expect(host.load(object, { reuseMaps: new Map([['counts', other]]) })).rejects.toThrow(
      'type is array, not hash',
    );
  });
});

describe('pinned maps', () => {
  const directory = `/sys/fs/bpf/tsbpf-load-${process.pid}`;
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const source = (entries: number, broken = ''): string => `
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, ${entries}); __type(key, __u32); __type(value, __u64);
      __uint(pinning, LIBBPF_PIN_BY_NAME); } shared SEC(".maps");
    SEC("xdp") int prog(struct xdp_md *ctx) { __u32 key = 1; __u64 value = 2; bpf_map_update_elem(&shared, &key, &value, 0); ${broken} return 2; }
  `;

  test('are shared between loads, and checked', async () => {
    const pinDirectory = directory;
    const first = await load(await compile(source(8)), { pinDirectory });
    first.programs.get('prog')?.run({ data: new Uint8Array(64) });
    const second = await load(await compile(source(8)), { pinDirectory });
    expect(readU64(second.maps.get('shared')?.lookup(u32(1)))).toBe(2n);
    await expect(host.load(await compile(source(9)), { pinDirectory })).rejects.toThrow('max entries is 8, not 9');
    const pinned = openPinnedMap(`${directory}/shared`);
    expect(pinned.spec.maxEntries).toBe(8);
    pinned[Symbol.dispose]();
  });

  test('do not stay behind when loading fails', async () => {
    const object = await compile(source(8, 'return *(volatile int *)(long)ctx->data;'));
    await expect(host.load(object, { pinDirectory: directory })).rejects.toThrow(VerifierError);
    expect(existsSync(`${directory}/shared`)).toBe(false);
  });
});

describe('what the kernel has to supply', () => {
  test('typed and untyped symbols, kernel functions, weak ones missing', async () => {
    const object = await compile(`
      extern const int bpf_prog_active __ksym __weak;
      extern const void _stext __ksym;
      extern const void no_such_symbol_anywhere __ksym __weak;
      extern void bpf_no_such_kfunc(void) __ksym __weak;
      extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym __weak;
      extern void bpf_task_release(struct task_struct *p) __ksym __weak;
      __u64 text, missing, kfunc;
      SEC("syscall") int prog(void *ctx) {
        text = (__u64)&_stext;
        missing = (__u64)&no_such_symbol_anywhere;
        if (bpf_ksym_exists(bpf_no_such_kfunc)) bpf_no_such_kfunc();
        if (bpf_ksym_exists(bpf_task_from_pid)) {
          struct task_struct *task = bpf_task_from_pid(1);
          if (task) { kfunc = task->pid; bpf_task_release(task); }
        }
        return 3;
      }
    `);
    const loaded = await load(object);
    expect(loaded.programs.get('prog')?.run().returnValue).toBe(3);
    const bss = loaded.maps.get('test.bss');
    const bytes = bss?.lookup(u32(0));
    const values = [0, 8, 16].map((offset) => readU64(bytes, offset));
    expect(values.some((value) => value > 0xffffffff00000000n)).toBe(true);
    expect(values).toContain(0n);
  });

  test('a strong one missing is named', async () => {
    const object = await compile(`
      extern void bpf_no_such_kfunc(void) __ksym;
      SEC("syscall") int prog(void *ctx) { bpf_no_such_kfunc(); return 0; }
    `);
    await expect(host.load(object)).rejects.toThrow(UnsupportedError);
    await expect(host.load(object)).rejects.toThrow('kernel function "bpf_no_such_kfunc"');
  });

  test('tracing programs are tied to what their section names', async () => {
    const object = await compile(`
      SEC("tp_btf/sched_switch") int BPF_PROG(on_switch) { return 0; }
      SEC("iter/task") int walk(struct bpf_iter__task *ctx) { return 0; }
      SEC("raw_tp/sched_switch") int raw(void *ctx) { return 0; }
    `);
    const loaded = await load(object);
    expect((loaded.programs.get('on_switch') as KernelProgram).attachBtfId).toBeGreaterThan(0);
    expect(loaded.programs.size).toBe(3);
    const missing = await compile('SEC("fentry/no_such_function_anywhere") int BPF_PROG(prog) { return 0; }');
    await expect(host.load(missing)).rejects.toThrow('fentry "no_such_function_anywhere"');
  });
});

test('functions of a module are found in its own types', async () => {
  // This kernel has veth built in, or it is not loaded: nothing of a module's to find.
  if (!existsSync('/sys/kernel/btf/veth')) return;
  const object = await compile('SEC("fentry/veth_xmit") int BPF_PROG(prog) { return 0; }');
  const program = (await load(object)).programs.get('prog') as KernelProgram;
  expect(program.attachBtfId).toBeGreaterThan(host.btf()?.length ?? 0);
  expect(programInfo(program.fd.number).attachBtfObjectId).toBeGreaterThan(1);
});

test('a refused program is reported, and loading goes on', async () => {
  const object = await compile(`
    SEC("xdp") int bad(struct xdp_md *ctx) { return *(volatile int *)(long)ctx->data; }
    SEC("xdp") int good(struct xdp_md *ctx) { return 2; }
  `);
  const refused: string[] = [];
  const loaded = await load(object, {
    onProgramError: (program, error) => refused.push(`${program.name} ${error.name}`),
  });
  expect(refused).toEqual(['bad VerifierError']);
  expect([...loaded.programs.keys()]).toEqual(['good']);
  await expect(host.load(object)).rejects.toThrow(VerifierError);
});

describe('struct_ops', () => {
  const algorithms = (): string => readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8');
  const source = (section: string, name: string): string => `
    SEC("struct_ops") void BPF_PROG(test_init, struct sock *sk) { }
    SEC("struct_ops") __u32 BPF_PROG(test_ssthresh, struct sock *sk) { return 2; }
    SEC("struct_ops") __u32 BPF_PROG(test_undo, struct sock *sk) { return 2; }
    SEC("struct_ops") void BPF_PROG(test_avoid, struct sock *sk, __u32 ack, __u32 acked) { }
    SEC("${section}") struct tcp_congestion_ops tsbpf_cc = {
      .init = (void *)test_init, .ssthresh = (void *)test_ssthresh, .undo_cwnd = (void *)test_undo,
      .cong_avoid = (void *)test_avoid, .name = "${name}",
    };
  `;
  const sections = [
    ['.struct_ops', `tsbpf_p${process.pid}`],
    ['.struct_ops.link', `tsbpf_l${process.pid}`],
  ] as const;

  for (const [section, name] of sections) {
    // The names are the whole machine's.
    test(`${section}: the kernel calls the table while one of its programs is attached`, async () => {
      const object = await compile(source(section, name));
      if (section.endsWith('.link') && !kernelAtLeast('6.4')) {
        await expect(host.load(object)).rejects.toThrow();
        return;
      }
      const loaded = await load(object);
      expect(loaded.programs.size).toBe(4);
      const map = loaded.maps.get('tsbpf_cc') as KernelMap;
      expect(map.spec.valueSize).toBe(map.structOpsValue?.byteLength);
      expect(algorithms()).not.toContain(name);
      const links = [...loaded.programs.values()].map((program) => program.attach());
      expect(algorithms()).toContain(name);
      for (const link of links.slice(1)) link[Symbol.dispose]();
      expect(algorithms()).toContain(name);
      links[0]?.[Symbol.dispose]();
      expect(algorithms()).not.toContain(name);
    });
  }
});

test('an arena is mapped before programs are loaded, which need its address', async () => {
  if (!hasMapType('arena')) return;
  const object = await compile(`
    struct { __uint(type, BPF_MAP_TYPE_ARENA); __uint(map_flags, BPF_F_MMAPABLE); __uint(max_entries, 4); } arena SEC(".maps");
    extern void *bpf_arena_alloc_pages(void *map, void *addr, __u32 count, int node, __u64 flags) __ksym __weak;
    SEC("syscall") int prog(void *ctx) { return bpf_arena_alloc_pages(&arena, 0, 1, -1, 0) != 0; }
  `);
  const loaded = await load(object);
  expect(loaded.programs.get('prog')?.run().returnValue).toBe(1);
  expect(loaded.maps.get('arena')?.memory()?.byteLength).toBe(4 * pageSize());
});

test('storage of processes and sockets, keyed by descriptor', async () => {
  const object = await compile(`
    struct record { __u64 count; };
    struct { __uint(type, BPF_MAP_TYPE_TASK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); __type(value, struct record); } tasks SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_SK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); __type(value, struct record); } sockets SEC(".maps");
  `);
  const loaded = await load(object);
  const pidfd = new Fd(callSystem('pidfd_open', [process.pid, 0]), 'pidfd');
  const socket = openSocket(addressFamilies.inet, socketTypes.datagram, 0, 'socket');
  owned.push(pidfd, socket);
  for (const [name, fd] of [
    ['tasks', pidfd],
    ['sockets', socket],
  ] as const) {
    const map = loaded.maps.get(name);
    const key = u32(fd.number);
    expect(map?.lookup(key)).toBeUndefined();
    map?.update(key, new Uint8Array(8).fill(3), 'create');
    expect(map?.lookup(key)).toEqual(new Uint8Array(8).fill(3));
    expect(map?.delete(key)).toBe(true);
    expect(map?.delete(key)).toBe(false);
    expect(() => map?.entries()).toThrow(UsageError);
  }
});

test('configuration variables have the values of this kernel', async () => {
  const object = await compile(`
    extern int LINUX_KERNEL_VERSION __kconfig;
    extern unsigned long CONFIG_HZ __kconfig __weak;
    extern int CONFIG_TSBPF_NO_SUCH_OPTION __kconfig __weak;
    __u64 version, hertz, missing = 1;
    SEC("syscall") int prog(void *ctx) { version = LINUX_KERNEL_VERSION; hertz = CONFIG_HZ; missing = CONFIG_TSBPF_NO_SUCH_OPTION; return 0; }
  `);
  const loaded = await load(object);
  loaded.programs.get('prog')?.run();
  const bss = loaded.maps.get('test.bss')?.lookup(u32(0));
  const values = [readU64(bss, 0), readU64(bss, 8)];
  expect(values).toContain(BigInt(kernelVersionCode()));
  // Debian publishes the configuration in /boot, which the virtual machine does not have.
  const published = kernelConfig().size > 0;
  expect(values.some((value) => [100n, 250n, 300n, 1000n].includes(value))).toBe(published);
  expect(readU64(loaded.maps.get('test.data')?.lookup(u32(0)))).toBe(0n);
});

test('a thousand loads leave neither descriptors nor memory behind', async () => {
  const object = await compile(`
    __u64 counter;
    struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } array SEC(".maps");
    SEC("xdp") int prog(struct xdp_md *ctx) { counter++; __u32 key = 0; bpf_map_lookup_elem(&array, &key); return 2; }
  `);
  const round = async (): Promise<void> => {
    const loaded = await host.load(object);
    loaded.maps.get('test.bss')?.memory();
    loaded.programs.get('prog')?.run({ data: new Uint8Array(64) });
    loaded[Symbol.dispose]();
  };
  const memoryAfter = async (rounds: number): Promise<number> => {
    for (let count = 0; count < rounds; count++) await round();
    collectGarbage();
    return process.memoryUsage().rss;
  };
  const before = await memoryAfter(300);
  expect((await memoryAfter(700)) - before).toBeLessThan(40 << 20);
});
