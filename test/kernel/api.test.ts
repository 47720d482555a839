// The API on the running kernel: typed maps, globals, events, and clean ends.

import { readdirSync, readlinkSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type BpfObject,
  type Host,
  kernelHost,
  load,
  UsageError,
  ValueError,
  VerifierError,
  vm,
} from '../../src/api/index.ts';
import { readObject } from '../../src/object/index.ts';
import { compileC } from '../support/compile-c.ts';

let object: BpfObject;
const input = { packet: new Uint8Array(64) };

beforeAll(async () => {
  object = readObject(await compileC('test/kernel/fixtures/shapes.bpf.c'), { name: 'shapes.bpf.o' });
});

const shape = {
  id: 0xffff_ffff_ffff_fff1n,
  offset: -5n,
  color: 'BLUE',
  flags: { first: 5, second: 100, third: -3 },
  points: [
    { x: 1, y: 2 },
    { x: -3, y: 4 },
    { x: 5, y: -6 },
  ],
  word: 0x04030201,
  bytes: [1, 2, 3, 4],
  name: 'a shape',
  visible: true,
};

describe('maps', () => {
  test('hold nested structs, bit-fields, unions, enums and strings as plain objects', async () => {
    await using session = await load(object);
    const shapes = session.map('shapes');
    shapes.set({ x: -1, y: 2 }, shape);
    expect(shapes.get({ x: -1, y: 2 })).toEqual(shape);
    expect(shapes.get({ x: 1, y: 2 })).toBeUndefined();
    expect([...shapes]).toEqual([[{ x: -1, y: 2 }, shape]]);
    expect(shapes.delete({ x: -1, y: 2 })).toBe(true);
    expect(shapes.delete({ x: -1, y: 2 })).toBe(false);
  });

  test('refuse values of the wrong shape, naming the field', async () => {
    await using session = await load(object);
    const shapes = session.map('shapes');
    const key = { x: 0, y: 0 };
    const refused = (value: unknown, message: RegExp): void => {
      expect(() => shapes.set(key, value)).toThrow(ValueError);
      expect(() => shapes.set(key, value)).toThrow(message);
    };
    refused({ ...shape, flags: { first: 8 } }, /shapes value\.flags\.first/);
    refused({ ...shape, color: 'PURPLE' }, /shapes value\.color/);
    refused({ ...shape, points: [{ x: 1, y: 'two' }] }, /shapes value\.points/);
    refused({ ...shape, nmae: 'x' }, /nmae/);
    refused(new Uint8Array(3), /expected \d+ bytes/);
    expect([...shapes]).toEqual([]);
  });

  test('per-CPU values are arrays with one value per possible CPU', async () => {
    await using session = await load(object);
    const values = Array.from({ length: session.host.cpuCount }, (_, cpu) => BigInt(cpu) * 7n);
    session.map('per_cpu').set(3, values);
    expect(session.map('per_cpu').get(3)).toEqual(values);
    expect(() => session.map('per_cpu').set(3, 1n)).toThrow(/one per possible CPU/);
  });

  test('queues push and pop', async () => {
    await using session = await load(object);
    const queue = session.map('queue');
    for (const value of [2, 3, 5]) queue.push(value);
    expect([queue.peek(), queue.pop(), queue.pop(), queue.pop(), queue.pop()]).toEqual([2, 2, 3, 5, undefined]);
  });

  test('names that are not there get a suggestion', async () => {
    await using session = await load(object);
    expect(() => session.map('shape')).toThrow(UsageError);
    expect(() => session.events('event')).toThrow(/no map "event"/);
    expect(() => session.events('shapes')).toThrow(/carries no events/);
    expect(() => session.program('emitt')).toThrow(/no program/);
  });
});

describe('globals', () => {
  test('are set before loading, and read and written after', async () => {
    await using session = await load(object, { globals: { factor: 7, greeting: 'yo', last: { x: 3, y: -4 } } });
    expect(session.globals.factor).toBe(7);
    expect(session.globals.greeting).toBe('yo');
    const events = session.events('events');
    session.program('emit').run(input);
    session.globals.last = { x: 9, y: 10 };
    session.program('emit').run(input);
    expect(session.globals.runs).toBe(2n);
    expect(events.take()).toEqual([
      { pid: 0, value: 7, at: { x: 3, y: -4 }, comm: 'yo' },
      { pid: 0, value: 14, at: { x: 9, y: 10 }, comm: 'yo' },
    ]);
  });

  test('refuse unknown names, wrong shapes, and writing constants', async () => {
    await expect(load(object, { globals: { facto: 7 } })).rejects.toThrow(/no global variable "facto"/);
    await expect(load(object, { globals: { factor: 'seven' } })).rejects.toThrow(ValueError);
    await using session = await load(object);
    expect(() => {
      session.globals.factor = 8;
    }).toThrow(/constant/);
  });
});

describe('runs', () => {
  test('give the return value, the packet, the events and the time', async () => {
    await using session = await load(object, { globals: { factor: 5 } });
    const result = session.program('emit').run(input);
    expect(result).toMatchObject({ returnValue: 1, packet: new Uint8Array(64) });
    expect(result.events).toEqual([{ map: 'events', value: { pid: 0, value: 5, at: { x: -1, y: -2 }, comm: 'he' } }]);
    expect(result.durationNs).toBeGreaterThanOrEqual(0);
    expect(session.program('emit').run({ ...input, repeat: 7 }).returnValue).toBe(8);
  });

  test('are the same in the embedded machine', async () => {
    const runs = async (host: Host): Promise<unknown> => {
      await using session = await load(object, { globals: { factor: 5 }, host });
      const { returnValue, events } = session.program('emit').run({ ...input, mark: 7 });
      return { returnValue, events, runs: session.globals.runs };
    };
    expect(await runs(vm())).toEqual(await runs(kernelHost()));
  });
});

describe('events', () => {
  test('arrive in order, decoded by the struct named like the buffer', async () => {
    await using session = await load(object);
    const events = session.events('events');
    for (let run = 0; run < 13; run++) session.program('emit').run(input);
    const values: number[] = [];
    for await (const event of events) if (values.push(event.value) === 13) break;
    expect(values).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
  });

  test('end when the signal is aborted, after what was there has been delivered', async () => {
    await using session = await load(object);
    const abort = new AbortController();
    const events = session.events('events', { signal: abort.signal });
    for (let run = 0; run < 5; run++) session.program('emit').run(input);
    abort.abort();
    let count = 0;
    for await (const _event of events) count++;
    expect(count).toBe(5);
  });

  test('without a known type are bytes; a type can be named', async () => {
    await using session = await load(object);
    const tiny = session.events('tiny_events');
    session.program('flood').run(input);
    const [record] = tiny.take();
    expect(record).toEqual(new Uint8Array(64));
    expect(() => session.events('events', { type: 'evnt' })).toThrow(/no type "evnt"/);
    const points = session.events('events', { type: 'point' });
    session.program('emit').run(input);
    expect(points.take()).toEqual([{ x: 0, y: 0 }]);
  });

  test('one reader at a time', async () => {
    await using session = await load(object);
    const first = session.events('events');
    expect(() => session.events('events')).toThrow(/being read already/);
    first.close();
    session.events('events').close();
  });
});

/** Descriptors of BPF and of events that this process has open; those of the test runner come and go. */
function kernelObjects(): string[] {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // closed meanwhile
    }
  });
  return targets.filter((target) => /^anon_inode:.*(bpf|btf|perf_event)/.test(target)).sort();
}

describe('sessions', () => {
  test('leave nothing open, however they end', async () => {
    const before = kernelObjects();
    for (let turn = 0; turn < 20; turn++) {
      await using session = await load(object);
      session.events('events');
      if (turn % 2 === 0) session.close();
    }
    expect(kernelObjects()).toEqual(before);
  });

  test('closed ones refuse work', async () => {
    const session = await load(object);
    session.close();
    session.close();
    expect(() => session.map('shapes')).toThrow(/closed/);
  });

  test('a refused program says why and at which line', async () => {
    const source = `
      #include "vmlinux.h"
      #include <bpf/bpf_helpers.h>
      struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, __u32);
      } counts SEC(".maps");
      SEC("socket") int forgets_null(struct __sk_buff *skb)
      {
        __u32 key = 0, *value = bpf_map_lookup_elem(&counts, &key);
        return *value;
      }
      char LICENSE[] SEC("license") = "Dual MIT/GPL";`;
    const bad = readObject(await compileC(source), { name: 'bad.bpf.o' });
    const error = await load(bad).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(VerifierError);
    if (!(error instanceof VerifierError)) return;
    expect(error.program).toBe('forgets_null');
    expect(error.source?.text).toContain('*value');
    expect(error.log).toContain('R0');
  });
});
