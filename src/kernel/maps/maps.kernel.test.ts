// Every map type against the running kernel.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { SyscallError, UsageError, ValueError } from '../../base/index.ts';
import { emptyMap, type MapSpec } from '../../object/index.ts';
import { type MapTypeName, mapTypes } from '../../spec/index.ts';
import { callSystem, Fd, openDescriptors, openSocket, pageSize, possibleCpus, socketTypes } from '../../sys/index.ts';
import { hasMapType } from '../probes/map-types.ts';
import { createMap } from './create-map.ts';
import { KernelMap } from './kernel-map.ts';
import { openMapByFd, openMapById, openPinnedMap } from './open-map.ts';

const owned: Disposable[] = [];

afterEach(() => {
  for (const resource of owned.splice(0).reverse()) resource[Symbol.dispose]();
  expect(openDescriptors()).toEqual([]);
});

function own<T extends Disposable>(resource: T): T {
  owned.push(resource);
  return resource;
}

function blueprint(type: MapTypeName, fields: Partial<MapSpec> = {}): MapSpec {
  return {
    ...emptyMap(`t_${type}`),
    type,
    keySize: 4,
    valueSize: 8,
    maxEntries: 16,
    ...fields,
  };
}

function make(type: MapTypeName, fields: Partial<MapSpec> = {}): KernelMap {
  const { fd, spec } = createMap(blueprint(type, fields));
  return own(new KernelMap(fd, spec));
}

function u32(value: number): Uint8Array {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

function u64(value: number): Uint8Array {
  return new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
}

function pairs(map: KernelMap): [number, number][] {
  return [...map.entries()]
    .map(([key, value]): [number, number] => [
      new DataView(key.slice().buffer).getUint32(0, true),
      Number(new DataView(value.slice().buffer).getBigUint64(0, true)),
    ])
    .sort(([a], [b]) => a - b);
}

const hashTypes = ['hash', 'lru_hash'] as const;

describe.each(hashTypes)('%s', (type) => {
  test('create, replace, any; lookup, delete, take', () => {
    // Room enough that an LRU map, which keeps entries in reserve for each CPU, has no reason to drop one.
    const map = make(type, { maxEntries: 16_384 });
    map.update(u32(1), u64(10), 'create');
    expect(() => map.update(u32(1), u64(11), 'create')).toThrow('EEXIST');
    map.update(u32(1), u64(12), 'replace');
    expect(() => map.update(u32(2), u64(11), 'replace')).toThrow('ENOENT');
    expect(map.lookup(u32(1))).toEqual(u64(12));
    expect(map.lookup(u32(3))).toBeUndefined();
    expect(map.take(u32(1))).toEqual(u64(12));
    expect(map.take(u32(1))).toBeUndefined();
    expect(map.delete(u32(1))).toBe(false);
  });

  test('iterates, writes many, clears', () => {
    const map = make(type, { maxEntries: 16_384 });
    map.updateAll(Array.from({ length: 1009 }, (_, index) => [u32(index), u64(index * 3)] as const));
    expect(pairs(map)).toEqual(Array.from({ length: 1009 }, (_, index) => [index, index * 3]));
    map.clear();
    expect(pairs(map)).toEqual([]);
    expect(map.nextKey()).toBeUndefined();
  });
});

test('a full hash says so', () => {
  const map = make('hash', { maxEntries: 2 });
  map.updateAll([
    [u32(1), u64(1)],
    [u32(2), u64(2)],
  ]);
  expect(() => map.update(u32(3), u64(3))).toThrow('E2BIG');
  expect(() => map.updateAll([[u32(4), u64(3)]])).toThrow('E2BIG');
});

test('deleting while iterating, by this process', () => {
  const map = make('hash', { maxEntries: 4096 });
  map.updateAll(Array.from({ length: 503 }, (_, index) => [u32(index), u64(index)] as const));
  let seen = 0;
  for (const [key] of map.entries()) {
    seen++;
    map.delete(key);
  }
  expect(seen).toBe(503);
  map.updateAll(Array.from({ length: 503 }, (_, index) => [u32(index), u64(index)] as const));
  seen = 0;
  for (const key of map.keys()) {
    seen++;
    map.delete(key);
  }
  expect(seen).toBe(503);
});

test('walking keys ends although another one deletes and adds all the time', () => {
  const map = make('hash', { maxEntries: 64 });
  map.updateAll(Array.from({ length: 32 }, (_, index) => [u32(index), u64(index)] as const));
  const seen = new Set<string>();
  let fresh = 1000;
  for (const key of map.keys()) {
    expect(seen.has(String(key))).toBe(false);
    seen.add(String(key));
    // Removes the key that the walk stands on next, and adds another: the kernel starts again each time.
    const following = map.nextKey(key) ?? map.nextKey();
    if (following) map.delete(following);
    if (fresh < 1000 + 5000) map.update(u32(fresh++), u64(0));
  }
  expect(seen.size).toBeGreaterThan(0);
});

describe('array', () => {
  test('every index is there; deleting is refused; clear zeroes', () => {
    const map = make('array', { maxEntries: 7 });
    map.update(u32(6), u64(5));
    expect(pairs(map)).toHaveLength(7);
    expect(() => map.delete(u32(6))).toThrow('EINVAL');
    expect(() => map.update(u32(7), u64(1))).toThrow('E2BIG');
    map.clear();
    expect(map.lookup(u32(6))).toEqual(u64(0));
  });

  test('mapped memory is the map', () => {
    const map = make('array', { flags: 0x400, maxEntries: 3 });
    const memory = map.memory();
    expect(memory?.byteLength).toBe(pageSize());
    memory?.set(u64(99), 8);
    expect(map.lookup(u32(1))).toEqual(u64(99));
    expect(map.memory()).toBe(memory);
    expect(make('array').memory()).toBeUndefined();
  });

  test('frozen maps take no changes, and their memory can be read', () => {
    const map = make('array', { flags: 0x400 });
    map.update(u32(0), u64(7));
    map.freeze();
    expect(() => map.update(u32(0), u64(8))).toThrow('EPERM');
    expect(map.memory()?.[0]).toBe(7);
  });
});

describe.each(['percpu_hash', 'percpu_array', 'lru_percpu_hash'] as const)('%s', (type) => {
  test('has one slot per possible CPU', () => {
    const map = make(type, { valueSize: 4, maxEntries: 4096 });
    expect(map.valueStride).toBe(8 * possibleCpus());
    const value = new Uint8Array(map.valueStride).map((_, index) => (index % 8 < 4 ? (index >> 3) + 1 : 0));
    map.update(u32(1), value);
    expect(map.lookup(u32(1))).toEqual(value);
    const found = [...map.entries()].find(([key]) => key[0] === 1);
    expect(found?.[1]).toEqual(value);
    map.updateAll([[u32(2), value]]);
    expect(map.lookup(u32(2))).toEqual(value);
    expect(() => map.update(u32(1), u32(1))).toThrow(ValueError);
  });
});

describe('queue, stack and bloom filter', () => {
  test('a queue gives the oldest, a stack the newest', () => {
    for (const [type, order] of [
      ['queue', [1, 2]],
      ['stack', [2, 1]],
    ] as const) {
      const map = make(type, { keySize: 0, maxEntries: 2 });
      map.push(u64(1));
      map.push(u64(2));
      expect(() => map.push(u64(3))).toThrow('E2BIG');
      expect(map.peek()).toEqual(u64(order[0]));
      expect([map.pop(), map.pop(), map.pop(), map.peek()]).toEqual([
        u64(order[0]),
        u64(order[1]),
        undefined,
        undefined,
      ]);
      map.push(u64(4));
      map.clear();
      expect(map.pop()).toBeUndefined();
      expect(() => map.entries()).toThrow(UsageError);
      expect(() => map.lookup(u32(1))).toThrow(ValueError);
    }
  });

  test.runIf(hasMapType('bloom_filter'))('a bloom filter remembers', () => {
    const map = make('bloom_filter', { keySize: 0, maxEntries: 1000, extra: 3n });
    map.push(u64(17));
    expect(map.mayContain(u64(17))).toBe(true);
    expect(map.mayContain(u64(18))).toBe(false);
    expect(() => map.pop()).toThrow(UsageError);
    expect(() => make('queue', { keySize: 0 }).mayContain(u64(1))).toThrow(UsageError);
  });
});

test('a longest-prefix trie finds the longest prefix', () => {
  const map = make('lpm_trie', { keySize: 8, flags: 1 });
  const prefix = (bits: number, ...address: number[]): Uint8Array => new Uint8Array([...u32(bits), ...address]);
  map.update(prefix(8, 10, 0, 0, 0), u64(8));
  map.update(prefix(24, 10, 1, 2, 0), u64(24));
  expect(map.lookup(prefix(32, 10, 1, 2, 3))).toEqual(u64(24));
  expect(map.lookup(prefix(32, 10, 9, 9, 9))).toEqual(u64(8));
  expect(map.lookup(prefix(32, 11, 0, 0, 0))).toBeUndefined();
  expect([...map.entries()]).toHaveLength(2);
  map.clear();
  expect([...map.entries()]).toHaveLength(0);
});

test.each(['array_of_maps', 'hash_of_maps'] as const)('%s holds maps', (type) => {
  const inner = blueprint('array', { maxEntries: 4 });
  const outer = make(type, { valueSize: 4, inner });
  const first = make('array', { maxEntries: 4 });
  outer.setReference(u32(2), first);
  expect(outer.lookup(u32(2))).toEqual(u32(first.id));
  expect([...outer.entries()].filter(([, value]) => value[0] !== 0)).toHaveLength(1);
  expect(outer.delete(u32(2))).toBe(true);
  expect(() => outer.setReference(u32(0), make('hash'))).toThrow('EINVAL');
});

test('storage of sockets and processes is keyed by descriptor', () => {
  for (const [type, fd] of [
    ['sk_storage', own(openSocket(2, socketTypes.datagram, 0, 'test socket'))],
    ['task_storage', own(new Fd(callSystem('pidfd_open', [process.pid, 0]), 'pidfd'))],
  ] as const) {
    expect(hasMapType(type)).toBe(true);
    // Local storage demands BTF for its types: the blueprint alone cannot make one.
    expect(() => make(type, { maxEntries: 0, flags: 1 })).toThrow('EINVAL');
    fd.close();
  }
});

describe('maps of descriptors', () => {
  test('sockets: put in, and read as cookies where values have room for them', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    own({ [Symbol.dispose]: () => server.close() });
    const socket = { number: (server as unknown as { _handle: { fd: number } })._handle.fd };
    const readable = make('sockmap', { valueSize: 8 });
    readable.update(u32(3), u64(socket.number));
    expect(readable.lookup(u32(3))).not.toEqual(u64(0));
    const opaque = make('sockmap', { valueSize: 4 });
    opaque.update(u32(3), u32(socket.number));
    expect(() => opaque.lookup(u32(3))).toThrow('ENOSPC');
    expect(() => [...opaque.entries()]).toThrow('ENOSPC');
    expect(opaque.delete(u32(3))).toBe(true);
  });

  test.each(['prog_array', 'perf_event_array', 'cgroup_array', 'xskmap'] as const)(
    '%s refuses other descriptors',
    (type) => {
      const map = make(type, { valueSize: 4 });
      const other = make('hash');
      expect(() => map.update(u32(0), u32(other.fd.number))).toThrow(SyscallError);
      expect(() => map.setReference(u32(0), other)).toThrow(SyscallError);
      map.clear();
    },
  );

  test('devices and CPUs', () => {
    const devices = make('devmap_hash', { valueSize: 4 });
    devices.update(u32(9), u32(1));
    expect([...devices.entries()]).toEqual([[u32(9), u32(1)]]);
    devices.clear();
    expect([...devices.entries()]).toEqual([]);
    const cpus = make('cpumap', { valueSize: 4, maxEntries: possibleCpus() });
    cpus.update(u32(0), u32(64));
    expect(cpus.lookup(u32(0))).toEqual(u32(64));
  });
});

test('ring buffers are rounded to what the kernel takes; streams have no entries', () => {
  const map = make('ringbuf', { keySize: 0, valueSize: 0, maxEntries: 5000 });
  expect(map.spec.maxEntries).toBe(pageSize() * 2);
  expect(() => map.lookup(new Uint8Array(0))).toThrow(ValueError);
  expect(() => map.entries()).toThrow(UsageError);
  expect(() => map.pop()).toThrow(UsageError);
});

test('a perf event array has a slot per CPU by default', () => {
  const map = make('perf_event_array', { valueSize: 4, maxEntries: 0 });
  expect(map.spec.maxEntries).toBe(possibleCpus());
});

describe('wrong use', () => {
  test('keys and values of another size', () => {
    const map = make('hash');
    expect(() => map.lookup(new Uint8Array(8))).toThrow('key of map "t_hash": 4 bytes expected, 8 given');
    expect(() => map.update(u32(1), u32(1))).toThrow('value of map "t_hash": 8 bytes expected, 4 given');
    expect(() => map.delete(new Uint8Array(0))).toThrow(ValueError);
    expect(() => map.take(new Uint8Array(0))).toThrow(ValueError);
    expect(() => map.nextKey(new Uint8Array(3))).toThrow(ValueError);
    expect(() => map.updateAll([[u32(1), u32(1)]])).toThrow(ValueError);
    expect(() => map.push(u64(1))).toThrow(UsageError);
  });

  test('after closing', () => {
    const map = make('hash');
    map.lookup(u32(1));
    map[Symbol.dispose]();
    expect(() => map.lookup(u32(1))).toThrow('is closed');
    expect(() => [...map.entries()]).toThrow('is closed');
  });

  test('impossible sizes', () => {
    expect(() => make('hash', { keySize: 0 })).toThrow('EINVAL');
    expect(() => make('array', { keySize: 8 })).toThrow('create map "t_array" (array, key 8 bytes');
    expect(() => make('hash', { maxEntries: 0 })).toThrow('EINVAL');
  });
});

describe('opening what exists', () => {
  const directory = `/sys/fs/bpf/tsbpf-test-${process.pid}`;
  const path = `${directory}/map`;
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('pinned, by id, by descriptor; two handles of one map', () => {
    const map = make('hash');
    map.update(u32(1), u64(41));
    map.pin(path);
    expect(() => map.pin(path)).toThrow('EEXIST');
    const pinned = own(openPinnedMap(path));
    const byId = own(openMapById(map.id));
    const byFd = own(openMapByFd(map.fd.number));
    for (const other of [pinned, byId, byFd]) {
      expect(other.lookup(u32(1))).toEqual(u64(41));
      expect(other.spec).toMatchObject({ type: 'hash', keySize: 4, valueSize: 8, maxEntries: 16 });
    }
    map[Symbol.dispose]();
    pinned.update(u32(1), u64(42));
    expect(byId.lookup(u32(1))).toEqual(u64(42));
    pinned.unpin(path);
    expect(() => openPinnedMap(path)).toThrow('ENOENT');
    expect(() => openMapById(0xfffffff0)).toThrow('ENOENT');
  });
});

test('the probe of map types agrees with bpftool', async () => {
  const bpftool = spawn('bpftool', ['-j', 'feature', 'probe', 'kernel'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  bpftool.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(bpftool, 'close').catch((cause: unknown) => {
    throw new Error('this test needs bpftool (Debian: apt-get install bpftool)', { cause });
  });
  const probed = (JSON.parse(Buffer.concat(chunks).toString()) as { map_types: Record<string, boolean> }).map_types;
  for (const { name } of mapTypes) {
    const theirs = probed[`have_${name}_map_type`];
    if (theirs !== undefined) expect([name, hasMapType(name)]).toEqual([name, theirs]);
  }
});

test('a thousand maps leave nothing behind', () => {
  for (let round = 0; round < 1000; round++) {
    const { fd, spec } = createMap(blueprint('array', { flags: 0x400 }));
    const map = new KernelMap(fd, spec);
    map.memory()?.fill(1);
    map[Symbol.dispose]();
  }
});
