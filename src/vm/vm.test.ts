// Compiled programs in the machine: packets, maps, events, callbacks, tail calls, timers, errors with their place.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { callerOf } from '../../test/hosts/caller-object.ts';
import { compileC } from '../../test/support/compile-c.ts';
import { SyscallError, ValueError, VerifierError } from '../base/index.ts';
import type { HostObject } from '../host/index.ts';
import type { BpfObject } from '../object/index.ts';
import { readObject } from '../object/index.ts';
import { engineChoices } from './differential/engines.ts';
import { VmError } from './errors.ts';
import type { VmMap } from './host/vm-map.ts';
import type { VmProgram } from './host/vm-program.ts';
import { type VmHost, vm } from './vm.ts';

let object: BpfObject;
beforeAll(async () => {
  object = readObject(await compileC('src/vm/fixtures/packets.bpf.c'), { name: 'packets.bpf.o' });
});

function udpTo(port: number): Uint8Array {
  const packet = new Uint8Array(60);
  packet.set([8, 0, 0x45], 12);
  packet[23] = 17;
  packet[36] = port >> 8;
  packet[37] = port & 0xff;
  return packet;
}

const number = (bytes: Uint8Array | undefined, offset = 0): number =>
  new DataView((bytes ?? new Uint8Array(8)).slice().buffer).getUint32(offset, true);
const key = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);

describe.each(engineChoices)('$engine, $mode', (choice) => {
  let host: VmHost;
  let loaded: HostObject;
  beforeAll(() => {
    host = vm({ ...choice, cpuCount: 2 });
    loaded = host.loadNow(object);
  });

  test('a filter drops packets, counts them and tells of it', () => {
    const result = host.run('drop_udp', { packet: udpTo(53), ifindex: 3 });
    expect(result.returnValue).toBe(1);
    expect(result.packet).toEqual(udpTo(53));
    expect(result.events.map(({ map, data }) => [map, number(data), number(data, 4)])).toEqual([['events', 60, 53]]);
    expect(host.run('drop_udp', { packet: udpTo(53) }).returnValue).toBe(3);
    expect(host.run('drop_udp', { packet: udpTo(80) })).toMatchObject({ returnValue: 2, events: [] });
    expect(number(loaded.maps.get('counts')?.lookup(key(53)))).toBe(2);
    expect(number(loaded.maps.get('counts')?.lookup(key(80)))).toBe(1);
    expect(result.instructions).toBe(69n);
  });

  test('callbacks of loops and of map elements', () => {
    loaded.maps.get('counts')?.clear();
    loaded.maps.get('counts')?.update(key(2), new Uint8Array(new BigUint64Array([5n]).buffer));
    expect(host.run('callbacks', { packet: udpTo(1) }).returnValue).toBe(91);
    const total = (90 * 91) / 2 + 2 * 1000 + 5;
    expect(number(loaded.maps.get('packets.bss')?.lookup(key(0)), 8)).toBe(total);
  });

  test('tail calls end after 33', () => {
    expect(host.run('enter', { packet: udpTo(1), cpu: 1 }).returnValue).toBe(42);
    expect(number(loaded.maps.get('per_cpu')?.lookup(key(1)), 0)).toBe(0);
    expect(number(loaded.maps.get('per_cpu')?.lookup(key(1)), 8)).toBe(33);
  });

  test('repeated runs are like runs one after the other', () => {
    const program = loaded.programs.get('drop_udp');
    const before = number(loaded.maps.get('counts')?.lookup(key(7)));
    expect(program?.run({ data: udpTo(7), repeat: 5 }).returnValue).toBe(2);
    expect(number(loaded.maps.get('counts')?.lookup(key(7)))).toBe(before + 5);
    const calls = loaded.programs.get('enter');
    expect(calls?.run({ data: udpTo(1), cpu: 0, repeat: 3 }).returnValue).toBe(42);
    expect(number(loaded.maps.get('per_cpu')?.lookup(key(1)), 0)).toBe(3 * 33);
  });

  test('timers run as virtual time passes', () => {
    expect(host.run('start_timer', { packet: udpTo(1) }).returnValue).toBe(0);
    expect(host.advanceClock(999n)).toBe(0);
    expect(host.advanceClock(10_000n)).toBe(3);
    expect(number(loaded.maps.get('timers')?.lookup(key(0)), 16)).toBe(3);
  });

  test('socket buffers are changed', () => {
    const result = host.run('edit', { packet: udpTo(1), mark: 7 });
    expect(result.returnValue).toBe(66);
    expect([...(result.packet?.subarray(14, 18) ?? [])]).toEqual([1, 2, 3, 4]);
    expect(number(result.context, 8)).toBe(60);
    expect(number(result.context, 48 + 8)).toBe(0x0604);
  });

  test('programs attached run when their event happens', () => {
    using link = loaded.programs.get('drop_udp')?.attach({ kind: 'interface', hook: 'xdp', interface: 'eth0' });
    expect(link?.target.kind).toBe('interface');
    const target = { kind: 'interface', hook: 'xdp' } as const;
    expect(host.trigger(target, { packet: udpTo(9) }).map(({ returnValue }) => returnValue)).toEqual([2]);
    link?.[Symbol.dispose]();
    expect(host.trigger(target, { packet: udpTo(9) })).toEqual([]);
  });
});

test.each(['interpreter', 'wasm'] as const)('a bad access says where and what (%s)', (engine) => {
  const host = vm({ engine });
  host.loadNow(object);
  const attempt = (): unknown => host.run('overrun', { packet: udpTo(1) });
  expect(attempt).toThrow(VmError);
  try {
    attempt();
  } catch (error) {
    const { fault, instruction, source, region, registers } = error as VmError;
    expect({ fault, instruction }).toEqual({ fault: 'bad-read', instruction: 3 });
    expect(source?.text).toContain('skb->len - 2');
    expect(region).toMatch(/^offset 58 in packet \(60 bytes/);
    expect(registers).toHaveLength(11);
  }
});

test('loading and unloading leaves nothing', () => {
  const host = vm();
  const before = host.machine.memory.regions().length;
  for (let round = 0; round < 50; round++) {
    using loaded = host.loadNow(object);
    expect(loaded.programs.size).toBe(object.programs.length);
  }
  expect(host.machine.memory.regions().length).toBe(before);
  expect(() => host.run('drop_udp')).toThrow('no program');
});

test('a machine keeps nothing of programs that were unloaded', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const host = vm();
  const traces: WeakRef<object>[] = [];
  const loadAndUnload = (): void => {
    using loaded = host.loadNow(object);
    host.run('drop_udp', { packet: udpTo(53) });
    for (const { code } of loaded.programs.values() as Iterable<VmProgram>)
      traces.push(new WeakRef(code), new WeakRef(code.program));
    for (const { store } of loaded.maps.values() as Iterable<VmMap>) traces.push(new WeakRef(store));
  };
  for (let round = 0; round < 10; round++) loadAndUnload();
  // What a WeakRef was made for lives until the present job ends.
  await new Promise(setImmediate);
  collectGarbage();
  expect(traces.filter((trace) => trace.deref() !== undefined)).toEqual([]);
  expect(host.machine.memory.limit).toBe(vm().machine.memory.limit);
});

test('a load that fails leaves nothing', () => {
  const host = vm();
  const before = host.machine.memory.regions().length;
  const bad = { ...object, maps: object.maps.map((map) => (map.name === 'timers' ? { ...map, maxEntries: 0 } : map)) };
  expect(() => host.loadNow(bad)).toThrow('EINVAL');
  expect(host.machine.memory.regions().length).toBe(before);
});

test.each([
  { kind: { type: 'xdp', section: 'xdp' }, helper: 'bpf_get_stackid#27', id: 27 },
  { kind: { type: 'kprobe', section: 'kprobe/x' }, helper: 'bpf_xdp_adjust_head#44', id: 44 },
  {
    kind: { type: 'cgroup_sock_addr', section: 'cgroup/bind4', attachType: 'cgroup_inet4_bind' },
    helper: 'bpf_bind#64',
    id: 64,
  },
] as const)('a program of section $kind.section may not call $helper', ({ kind, helper, id }) => {
  const attempt = (): unknown => vm().loadNow(callerOf(id, kind));
  expect(attempt).toThrow(VerifierError);
  expect(attempt).toThrow(`program of this type cannot use helper ${helper}`);
});

test.each([Number.POSITIVE_INFINITY, Number.NaN, -1, 1.5, 2 ** 32])('%d runs are refused', (repeat) => {
  const program = vm().loadNow(object).programs.get('drop_udp');
  expect(() => program?.run({ data: udpTo(1), repeat })).toThrow(ValueError);
  expect(program?.run({ data: udpTo(1), repeat: 0 }).returnValue).toBe(2);
});

test.each([Number.NaN, -1, 1.5])('CPU %d is refused', (cpu) => {
  const program = vm().loadNow(object).programs.get('drop_udp');
  expect(() => program?.run({ data: udpTo(1), cpu })).toThrow(ValueError);
});

test.each([
  { budget: Number.NaN },
  { budget: 0 },
  { budget: -1 },
  { budget: 1e300 },
  { cpuCount: 0 },
  { cpuCount: 1.5 },
  { cpuCount: 1e9 },
])('a machine with %o is refused', (options) => {
  expect(() => vm(options)).toThrow(ValueError);
});

test('a program that needs a packet says so', () => {
  const host = vm();
  host.loadNow(object);
  expect(() => host.run('drop_udp')).toThrow(SyscallError);
  expect(() => host.run('drop_udp')).toThrow(expect.objectContaining({ hint: expect.stringContaining('--packet') }));
});
