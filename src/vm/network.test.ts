// Redirects, routes, sockets, storage of objects, dynptrs, user ring buffers, perf events, registers of arm64: in both engines.

import { beforeAll, describe, expect, test } from 'vitest';
import { compileC } from '../../test/support/compile-c.ts';
import type { HostObject } from '../host/index.ts';
import type { BpfObject } from '../object/index.ts';
import { readObject } from '../object/index.ts';
import { contextBytes } from './contexts/named-context.ts';
import type { RouteAnswer } from './environment.ts';
import { type VmHost, vm } from './vm.ts';

let object: BpfObject;
beforeAll(async () => {
  object = readObject(await compileC('src/vm/fixtures/network.bpf.c'), { name: 'network.bpf.o' });
});

const packet = new Uint8Array(60);
const word = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
const wide = (value: bigint): Uint8Array => new Uint8Array(new BigUint64Array([value]).buffer);
const minus = (value: number): bigint => BigInt.asUintN(64, BigInt(-value));

describe.each(['interpreter', 'wasm'] as const)('%s', (engine) => {
  let host: VmHost;
  let loaded: HostObject;
  beforeAll(() => {
    host = vm({ engine, cpuCount: 4 });
    loaded = host.loadNow(object);
  });

  const values = (): bigint[] => {
    const variables = object.maps.find(({ name }) => name === 'network.bss')?.data?.variables ?? [];
    const start = variables.find(({ name }) => name === 'values')?.offset ?? 0;
    const bytes = loaded.maps.get('network.bss')?.lookup(word(0)) ?? new Uint8Array(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset + start);
    return Array.from({ length: 8 }, (_, index) => view.getBigUint64(index * 8, true));
  };

  test('redirects are recorded, or end in what the flags say', () => {
    loaded.maps.get('devices')?.update(word(1), new Uint8Array([5, 0, 0, 0, 0, 0, 0, 0]));
    loaded.maps.get('hashed')?.update(word(77), word(6));
    loaded.maps.get('cpus')?.update(word(2), word(192));
    const go = (rx_queue_index: number): unknown => {
      const { returnValue, effects } = host.run('redirect_by_map', { packet, rx_queue_index });
      return [returnValue, ...effects];
    };
    expect(go(0)).toEqual([4, { kind: 'redirect', ifindex: 5, flags: 1n, map: 'devices', key: 1 }]);
    expect(go(1)).toEqual([4, { kind: 'redirect', ifindex: 6, flags: 0n, map: 'hashed', key: 77 }]);
    expect(go(2)).toMatchObject([4, { map: 'cpus', key: 2 }]);
    expect(go(3)).toEqual([2]);
    expect(go(4)).toMatchObject([4, { map: 'devices', flags: 24n }]);
    expect(go(5)).toEqual([4, { kind: 'redirect', ifindex: 9, flags: 0n }]);
  });

  test('sockets of maps are recorded, and packets dropped where there are none', () => {
    loaded.maps.get('by_number')?.update(word(2), word(100));
    loaded.maps.get('by_key')?.update(word(7), word(101));
    loaded.maps.get('group')?.update(word(3), word(102));
    const send = (mark: number): unknown => {
      const { returnValue, effects } = host.run('redirect_to_socket', { packet, mark });
      return [returnValue, ...effects];
    };
    expect(send(2)).toEqual([1, { kind: 'redirect', ifindex: 0, flags: 0n, map: 'by_number', key: 2 }]);
    expect(send(1)).toEqual([0]);
    expect(send(0x107)).toEqual([1, { kind: 'redirect', ifindex: 0, flags: 0n, map: 'by_key', key: 7 }]);
    expect(send(0x102)).toEqual([0]);
    expect(host.run('select_socket', { hash: 3 }).effects).toMatchObject([{ map: 'group', key: 3 }]);
    expect(host.run('select_socket', { hash: 1 }).returnValue).toBe(0xffff_fffe);
  });

  test('callbacks, cgroups and symbols', () => {
    host.run('want_callbacks', {});
    expect(values().slice(0, 2)).toEqual([0x180n, 0x7fn]);
    host.environment.task = { ...host.environment.task, cgroupId: 77n, cgroupAncestors: [1n, 50n] };
    host.environment.cgroupClassId = 9;
    host.run('cgroups', { packet });
    expect(values().slice(0, 3)).toEqual([77n, 50n, 9n]);
    host.environment.ksyms = new Map([['jiffies', 0xffff_ffff_8200_0000n]]);
    host.run('find_symbol', {});
    expect(values().slice(0, 4)).toEqual([0n, 0xffff_ffff_8200_0000n, minus(2), 0n]);
  });

  test('routes are those of the surroundings', () => {
    expect(host.run('route', { packet, rx_queue_index: 1 }).returnValue).toBe(4);
    host.environment.route = ({ family, destination, ifindex }): RouteAnswer =>
      family === 'ipv4' && destination[0] === 1
        ? {
            ifindex: ifindex + 7,
            sourceMac: Uint8Array.of(1, 2, 3, 4, 5, 6),
            destinationMac: Uint8Array.of(6, 5, 4, 3, 2, 1),
          }
        : { ifindex: 1, sourceMac: new Uint8Array(6), destinationMac: new Uint8Array(6), mtu: 99 };
    expect(host.run('route', { packet, ingress_ifindex: 3, rx_queue_index: 1 }).returnValue).toBe(0);
    expect(values().slice(0, 3)).toEqual([10n, 1n, 1n]);
    expect(host.run('route', { packet, rx_queue_index: 2 }).returnValue).toBe(8);
  });

  test('sockets are those of the surroundings, and keep storage', () => {
    expect(host.run('find_socket', { packet }).returnValue).toBe(0);
    const bytes = new Uint8Array(80);
    new DataView(bytes.buffer).setUint32(16, 1234, true);
    const socket = host.place('socket', bytes);
    host.environment.socket = ({ protocol, destination, destinationPort }): bigint | undefined =>
      protocol === 'tcp' && destination[0] === 127 && destinationPort === 80 ? socket.address : undefined;
    host.run('find_socket', { packet });
    expect(host.run('find_socket', { packet }).returnValue).toBe(1234);
    expect(values()[3]).toBe(2n);
  });

  test('storage of inodes and cgroups', () => {
    const inode = host.place('inode', new Uint8Array(8)).address;
    const cgroup = host.place('cgroup', new Uint8Array(8)).address;
    host.run('keep', { args: [inode, cgroup, cgroup] });
    expect(values().slice(4, 7)).toEqual([41n, minus(2), minus(1)]);
    loaded.maps.get('per_cgroup')?.update(word(Number(cgroup)), wide(5n));
    host.run('keep', { args: [inode, cgroup, inode] });
    expect(values().slice(4, 7)).toEqual([42n, 0n, 5n]);
    expect(loaded.maps.get('per_inode')?.lookup(word(Number(inode)))).toBeUndefined();
  });

  test('commands of user space reach the program, until it has enough', () => {
    loaded.programs.get('dynptrs')?.run({ data: packet });
    const commands = loaded.maps.get('commands');
    for (const number of [1, 2, 9, 4]) commands?.push(word(number));
    const before = values()[0] as bigint;
    expect(host.run('drain', { packet }).returnValue).toBe(3);
    expect(values().slice(0, 2)).toEqual([before * 1000n + 129n, minus(22)]);
    expect(host.run('drain', { packet }).returnValue).toBe(1);
    expect(host.run('drain', { packet }).returnValue).toBe(0);
    expect(() => commands?.push(new Uint8Array(5000))).toThrow('ENOSPC');
  });

  test('dynptrs stay inside', () => {
    expect(host.run('dynptrs', { packet }).returnValue).toBe(0);
    expect(values().slice(0, 5)).toEqual([0n, minus(7), 0x11223344n, 0x88n, 1n]);
  });

  test('samples of perf events', () => {
    host.run('on_sample', { sample_period: 99n, addr: 0x7000n });
    expect(values().slice(0, 2)).toEqual([99n, 0x7000n]);
  });
});

test('arguments of probes go into the registers of the architecture', () => {
  const spec = { type: 'kprobe', funcInfo: [] } as unknown as Parameters<typeof contextBytes>[0];
  const arm = contextBytes(spec, undefined, { architecture: 'arm64', args: [7, 8n], result: undefined as never });
  const view = new DataView((arm as Uint8Array).buffer);
  expect([view.getBigUint64(0, true), view.getBigUint64(8, true)]).toEqual([7n, 8n]);
  const x86 = new DataView((contextBytes(spec, undefined, { args: [7, 8n] }) as Uint8Array).buffer);
  expect([x86.getBigUint64(112, true), x86.getBigUint64(104, true)]).toEqual([7n, 8n]);
});
