// How maps behave, asked of any host: the kernel and the embedded machine must answer the same, errno included.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SyscallError } from '../../src/base/index.ts';
import type { HostMap } from '../../src/host/index.ts';
import type { MapSpec } from '../../src/object/index.ts';
import { emptyMap } from '../../src/object/index.ts';
import type { MapTypeName } from '../../src/spec/index.ts';

/** Makes maps on one host. */
export interface MapHostUnderTest {
  readonly cpuCount: number;
  create(spec: MapSpec): HostMap;
}

type Shape = Partial<MapSpec> & { readonly type: MapTypeName };

const noPrealloc = 1;

function specOf(shape: Shape): MapSpec {
  return { ...emptyMap('behaviour'), keySize: 4, valueSize: 8, maxEntries: 4, ...shape };
}

const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
const u64 = (value: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);

/** What a call gives: its value, or the errno it fails with. */
function outcome(call: () => unknown): unknown {
  try {
    const value = call();
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  } catch (error) {
    if (error instanceof SyscallError) return error.errno;
    throw error;
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A prefix of an IPv4 address. */
function prefix(length: number, ...address: number[]): Uint8Array {
  return Uint8Array.from([...u32(length), ...address]);
}

/** Creations that are refused, and how. */
const refusals: readonly (readonly [what: string, shape: Shape, errno: string])[] = [
  ['an array without entries', { type: 'array', maxEntries: 0 }, 'EINVAL'],
  ['an array with 8-byte keys', { type: 'array', keySize: 8 }, 'EINVAL'],
  ['an array without values', { type: 'array', valueSize: 0 }, 'EINVAL'],
  ['a hash without keys', { type: 'hash', keySize: 0 }, 'EINVAL'],
  ['a hash without entries', { type: 'hash', maxEntries: 0 }, 'EINVAL'],
  ['a per-CPU array with large values', { type: 'percpu_array', valueSize: 40_000 }, 'E2BIG'],
  ['a trie that is preallocated', { type: 'lpm_trie', keySize: 8 }, 'EINVAL'],
  ['a trie with keys without data', { type: 'lpm_trie', keySize: 4, flags: noPrealloc }, 'EINVAL'],
  ['a queue with keys', { type: 'queue' }, 'EINVAL'],
  ['a ring buffer with values', { type: 'ringbuf', keySize: 0, valueSize: 8, maxEntries: 4096 }, 'EINVAL'],
  ['a prog array with 8-byte values', { type: 'prog_array', valueSize: 8 }, 'EINVAL'],
  ['an array of maps without a blueprint', { type: 'array_of_maps', valueSize: 4 }, 'EINVAL'],
  ['a stack map with odd values', { type: 'stack_trace', valueSize: 12 }, 'EINVAL'],
];

/** Describes how maps behave on a host. */
export function describeMapBehaviour(name: string, makeHost: () => Promise<MapHostUnderTest>): void {
  describe(`maps of ${name}`, () => {
    let host: MapHostUnderTest;
    const open: HostMap[] = [];
    const create = (shape: Shape): HostMap => {
      const map = host.create(specOf(shape));
      open.push(map);
      return map;
    };
    beforeAll(async () => {
      host = await makeHost();
    });
    afterAll(() => {
      for (const map of open) map[Symbol.dispose]();
    });

    test.each(refusals)('%s is refused', (_, shape, errno) => {
      expect(outcome(() => create(shape))).toBe(errno);
    });

    test('array', () => {
      const map = create({ type: 'array' });
      expect(outcome(() => map.lookup(u32(3)))).toBe(hex(u64(0)));
      map.update(u32(3), u64(7));
      expect(outcome(() => map.lookup(u32(3)))).toBe(hex(u64(7)));
      expect(outcome(() => map.lookup(u32(4)))).toBeUndefined();
      expect(outcome(() => map.update(u32(4), u64(1)))).toBe('E2BIG');
      expect(outcome(() => map.update(u32(1), u64(1), 'create'))).toBe('EEXIST');
      expect(outcome(() => map.update(u32(1), u64(1), 'replace'))).toBeUndefined();
      expect(outcome(() => map.delete(u32(1)))).toBe('EINVAL');
      expect(outcome(() => map.nextKey())).toBe(hex(u32(0)));
      expect(outcome(() => map.nextKey(u32(2)))).toBe(hex(u32(3)));
      expect(outcome(() => map.nextKey(u32(3)))).toBeUndefined();
      expect(outcome(() => map.nextKey(u32(99)))).toBe(hex(u32(0)));
      expect([...map.entries()].map(([key]) => hex(key))).toEqual([0, 1, 2, 3].map((key) => hex(u32(key))));
    });

    test.each(['hash', 'lru_hash'] as const)('%s', (type) => {
      const map = create({ type, maxEntries: type === 'hash' ? 4 : 1000 });
      expect(outcome(() => map.lookup(u32(1)))).toBeUndefined();
      expect(outcome(() => map.update(u32(1), u64(1), 'replace'))).toBe('ENOENT');
      map.update(u32(1), u64(10), 'create');
      expect(outcome(() => map.update(u32(1), u64(2), 'create'))).toBe('EEXIST');
      map.update(u32(1), u64(11), 'replace');
      expect(outcome(() => map.lookup(u32(1)))).toBe(hex(u64(11)));
      expect(outcome(() => map.delete(u32(2)))).toBe(false);
      expect(outcome(() => map.delete(u32(1)))).toBe(true);
      expect(outcome(() => map.nextKey())).toBeUndefined();
      map.updateAll([1, 2, 3, 4].map((key) => [u32(key), u64(key)] as const));
      if (type === 'hash') expect(outcome(() => map.update(u32(5), u64(5)))).toBe('E2BIG');
      expect([...map.entries()].map(([key, value]) => hex(key) + hex(value)).sort()).toEqual(
        [1, 2, 3, 4].map((key) => hex(u32(key)) + hex(u64(key))),
      );
      expect(outcome(() => map.take(u32(3)))).toBe(hex(u64(3)));
      expect(outcome(() => map.take(u32(3)))).toBeUndefined();
      expect([...map.entries()].length).toBe(3);
      map.clear();
      expect([...map.entries()].length).toBe(0);
    });

    test('lru_hash forgets rather than refuses', () => {
      const map = create({ type: 'lru_hash', maxEntries: 100 });
      for (let key = 0; key < 5000; key++) map.update(u32(key), u64(key));
      const count = [...map.entries()].length;
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(100);
      expect(outcome(() => map.lookup(u32(4999)))).toBe(hex(u64(4999)));
      expect(outcome(() => map.lookup(u32(0)))).toBeUndefined();
    });

    test.each(['percpu_hash', 'percpu_array', 'lru_percpu_hash'] as const)('%s', (type) => {
      const map = create({ type, valueSize: 12, maxEntries: 200 });
      expect(map.valueStride).toBe(16 * host.cpuCount);
      const value = Uint8Array.from({ length: map.valueStride }, (_, at) => (at % 16 < 12 ? at + 1 : 0));
      map.update(u32(1), value);
      expect(outcome(() => map.lookup(u32(1)))).toBe(hex(value));
      expect(outcome(() => map.update(u32(1), value, 'create'))).toBe('EEXIST');
      expect(outcome(() => map.delete(u32(1)))).toBe(type === 'percpu_array' ? 'EINVAL' : true);
    });

    test('lpm_trie', () => {
      const map = create({ type: 'lpm_trie', keySize: 8, flags: noPrealloc, maxEntries: 4 });
      map.update(prefix(8, 10, 0, 0, 0), u64(8));
      map.update(prefix(16, 10, 1, 0, 0), u64(16));
      map.update(prefix(24, 10, 1, 2, 0), u64(24));
      expect(outcome(() => map.lookup(prefix(32, 10, 1, 2, 3)))).toBe(hex(u64(24)));
      expect(outcome(() => map.lookup(prefix(32, 10, 1, 9, 3)))).toBe(hex(u64(16)));
      expect(outcome(() => map.lookup(prefix(32, 10, 9, 9, 3)))).toBe(hex(u64(8)));
      expect(outcome(() => map.lookup(prefix(32, 11, 0, 0, 1)))).toBeUndefined();
      expect(outcome(() => map.lookup(prefix(12, 10, 1, 2, 3)))).toBe(hex(u64(8)));
      expect(outcome(() => map.update(prefix(33, 1, 2, 3, 4), u64(0)))).toBe('EINVAL');
      expect(outcome(() => map.update(prefix(16, 10, 1, 7, 7), u64(17), 'create'))).toBe('EEXIST');
      expect(outcome(() => map.update(prefix(9, 10, 0, 0, 0), u64(9), 'replace'))).toBe('ENOENT');
      map.update(prefix(0, 0, 0, 0, 0), u64(1));
      expect(outcome(() => map.update(prefix(32, 1, 1, 1, 1), u64(1)))).toBe('ENOSPC');
      expect([...map.entries()].map(([key]) => hex(key))).toEqual(
        [prefix(24, 10, 1, 2, 0), prefix(16, 10, 1, 0, 0), prefix(8, 10, 0, 0, 0), prefix(0, 0, 0, 0, 0)].map(hex),
      );
      expect(outcome(() => map.delete(prefix(16, 10, 1, 0, 0)))).toBe(true);
      expect(outcome(() => map.delete(prefix(16, 10, 1, 0, 0)))).toBe(false);
      expect(outcome(() => map.delete(prefix(99, 10, 1, 0, 0)))).toBe('EINVAL');
      expect(outcome(() => map.lookup(prefix(32, 10, 1, 9, 3)))).toBe(hex(u64(8)));
    });

    test.each(['queue', 'stack'] as const)('%s', (type) => {
      const map = create({ type, keySize: 0, maxEntries: 3 });
      expect(outcome(() => map.pop())).toBeUndefined();
      expect(outcome(() => map.peek())).toBeUndefined();
      for (const value of [1, 2, 3]) map.push(u64(value));
      expect(outcome(() => map.push(u64(4)))).toBe('E2BIG');
      expect(outcome(() => map.push(u64(4), 'create'))).toBe('EINVAL');
      map.push(u64(5), 'replace');
      expect(outcome(() => map.peek())).toBe(hex(u64(type === 'queue' ? 2 : 5)));
      const order = type === 'queue' ? [2, 3, 5] : [5, 3, 2];
      for (const value of order) expect(outcome(() => map.pop())).toBe(hex(u64(value)));
      expect(outcome(() => map.pop())).toBeUndefined();
    });

    test('bloom_filter', () => {
      const map = create({ type: 'bloom_filter', keySize: 0, maxEntries: 100 });
      for (let value = 0; value < 100; value++) map.push(u64(value));
      for (let value = 0; value < 100; value++) expect(map.mayContain(u64(value))).toBe(true);
      let wrong = 0;
      for (let value = 1000; value < 2000; value++) if (map.mayContain(u64(value))) wrong++;
      expect(wrong).toBeLessThan(150);
      expect(outcome(() => map.push(u64(1), 'replace'))).toBe('EINVAL');
      expect(() => map.pop()).toThrow('nothing to pop');
    });

    test('array_of_maps and hash_of_maps', () => {
      const inner = specOf({ type: 'array', name: 'inner', maxEntries: 2 });
      const one = create({ type: 'array', name: 'one', maxEntries: 2 });
      const other = create({ type: 'array', name: 'other', maxEntries: 3 });
      for (const type of ['array_of_maps', 'hash_of_maps'] as const) {
        const map = create({ type, valueSize: 4, inner });
        expect(outcome(() => map.lookup(u32(1)))).toBeUndefined();
        map.setReference(u32(1), one);
        expect(map.lookup(u32(1))?.length).toBe(4);
        expect(outcome(() => map.setReference(u32(1), other))).toBe('EINVAL');
        expect(outcome(() => map.delete(u32(1)))).toBe(true);
        expect(outcome(() => map.delete(u32(1)))).toBe(false);
        expect(outcome(() => map.update(u32(1), u32(1_000_000)))).toBe('EBADF');
      }
    });

    test('prog_array', () => {
      const map = create({ type: 'prog_array', valueSize: 4 });
      expect(outcome(() => map.lookup(u32(0)))).toBeUndefined();
      expect(outcome(() => map.delete(u32(0)))).toBe(false);
      expect(outcome(() => map.delete(u32(9)))).toBe('E2BIG');
      expect(outcome(() => map.nextKey())).toBe(hex(u32(0)));
    });

    test('perf_event_array', () => {
      const map = create({ type: 'perf_event_array', valueSize: 4 });
      expect(outcome(() => map.delete(u32(0)))).toBe(false);
      expect(outcome(() => map.delete(u32(9)))).toBe('E2BIG');
      expect(outcome(() => map.update(u32(0), u32(1_000_000)))).toBe('EBADF');
    });

    test('ringbuf', () => {
      const map = create({ type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 5000 });
      expect(map.spec.maxEntries).toBe(8192);
      const events = map.events();
      expect(events.drain(() => undefined)).toBe(0);
      events[Symbol.dispose]();
    });

    test('stack_trace', () => {
      const map = create({ type: 'stack_trace', valueSize: 80, maxEntries: 10 });
      expect(outcome(() => map.lookup(u32(0)))).toBeUndefined();
      expect(outcome(() => map.delete(u32(0)))).toBe(false);
      expect(outcome(() => map.update(u32(0), new Uint8Array(80)))).toBe('EINVAL');
      expect(outcome(() => map.nextKey())).toBeUndefined();
    });

    test('a frozen map is not written', () => {
      const map = create({ type: 'array' });
      map.freeze();
      expect(outcome(() => map.update(u32(0), u64(1)))).toBe('EPERM');
      expect(outcome(() => map.lookup(u32(0)))).toBe(hex(u64(0)));
    });

    test('sizes are checked', () => {
      const map = create({ type: 'hash' });
      expect(() => map.lookup(new Uint8Array(3))).toThrow('key');
      expect(() => map.update(u32(1), new Uint8Array(3))).toThrow('value');
    });
  });
}
