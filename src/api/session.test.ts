// Sessions in the embedded machine: what needs no privileges. The running kernel's are in test/kernel/api.test.ts.

import { beforeAll, describe, expect, test } from 'vitest';
import { FormatError, SourceError, UsageError, ValueError } from '../base/index.ts';
import { vm } from '../vm/index.ts';
import { compile, openObject } from './compile.ts';
import { load } from './load.ts';
import type { Session } from './session.ts';
import type { TypedObject, UntypedObject } from './types.ts';

const source = `
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
enum color { RED, GREEN, BLUE = 7 };
struct event { __u64 count; enum color color; char name[8]; };
const struct event *unused_event __attribute__((unused));
struct other { __u32 only; };
const struct other *unused_other __attribute__((unused));
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, struct event); } table SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u64); } each SEC(".maps");
const volatile __u32 first = 1;
__u64 count = 0;
SEC("xdp")
int emit(struct xdp_md *ctx)
{
  struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event)
    return 0;
  event->count = first + count++;
  event->color = BLUE;
  __builtin_memcpy(event->name, "abc\\0\\0\\0\\0", 8);
  bpf_ringbuf_submit(event, 0);
  return 2;
}
char LICENSE[] SEC("license") = "GPL";
`;
const packet = new Uint8Array(64);

let object: TypedObject<UntypedObject>;
beforeAll(async () => {
  object = await compile(source);
});

const start = (options: object = {}): Promise<Session> => load(object, { host: vm(), ...options });
const emit = (session: Session, times: number): void => {
  for (let i = 0; i < times; i++) session.program('emit').run({ packet });
};

describe('events', () => {
  test('are decoded, in order, and end with the signal after the last one', async () => {
    await using session = await start({ globals: { first: 5 } });
    const controller = new AbortController();
    const events = session.events('events', { signal: controller.signal });
    emit(session, 3);
    controller.abort();
    const seen: unknown[] = [];
    for await (const event of events) seen.push(event);
    expect(seen).toEqual([5n, 6n, 7n].map((count) => ({ count, color: 'BLUE', name: 'abc' })));
    expect(events.isClosed).toBe(true);
    expect(events.lost).toBe(0n);
  });

  test.each(['iteration', 'forEach'])('end after all that was there, however much: %s', async (way) => {
    const large = await compile(source.replace('max_entries, 4096', 'max_entries, 1 << 18'));
    await using session = await load(large, { host: vm() });
    const controller = new AbortController();
    const events = session.events('events', { signal: controller.signal });
    session.program('emit').run({ packet, repeat: 5003 });
    controller.abort();
    let seen = 0;
    if (way === 'forEach') await events.forEach(() => void seen++);
    else for await (const _event of events) seen++;
    expect(seen).toBe(5003);
  });

  test('give up at once where the signal was aborted before', async () => {
    await using session = await start();
    const seen: unknown[] = [];
    await session.events('events', { signal: AbortSignal.abort() }).forEach((event) => {
      seen.push(event);
    });
    expect(seen).toEqual([]);
  });

  test('wait for the next record', async () => {
    await using session = await start();
    const events = session.events('events');
    setTimeout(() => emit(session, 1), 5);
    for await (const { count } of events) {
      expect(count).toBe(1n);
      break;
    }
    expect(events.isClosed).toBe(true);
  });

  test('have one reader at a time, and a next one after it', async () => {
    await using session = await start();
    const events = session.events('events');
    expect(() => session.events('events')).toThrow(/being read already/);
    events.close();
    emit(session, 1);
    expect(session.events('events').take()).toHaveLength(0); // the run itself took what nobody read
    expect(events.take()).toEqual([]);
  });

  test('can be read as another type; one that is too large is an error, one that is not there too', async () => {
    await using session = await start();
    using events = session.events('events', { type: 'other' });
    emit(session, 1);
    expect(events.take()).toEqual([{ only: 1 }]);
    events.close();
    expect(() => session.events('events', { type: 'othr' })).toThrow(UsageError);
    expect(() => session.events('table')).toThrow(/carries no events/);
    expect(() => session.events('event')).toThrow(UsageError);
  });

  test('take keeps to its limit', async () => {
    await using session = await start();
    using events = session.events('events');
    emit(session, 5);
    expect(events.take(2)).toHaveLength(2);
    expect(events.take()).toHaveLength(3);
  });
});

describe('maps and globals', () => {
  test('hold plain values, and refuse others by the field’s name', async () => {
    await using session = await start();
    const table = session.map('table');
    const value = { count: 2n, color: 'GREEN', name: 'x' };
    table.set(3, value);
    expect([...table]).toEqual([[3, value]]);
    expect(table.has(4)).toBe(false);
    expect(() => table.set(3, { ...value, color: 'PINK' })).toThrow(/color/);
    expect(() => table.set(3, { ...value, name: 'far too long' })).toThrow(/name/);
    expect(() => table.set('x', value)).toThrow(ValueError);
    table.clear();
    expect([...table.keys()]).toEqual([]);
  });

  test('per-CPU values are arrays', async () => {
    await using session = await start();
    const each = session.map('each');
    const values = Array.from({ length: session.host.cpuCount }, (_, cpu) => BigInt(cpu));
    each.set(1, values);
    expect(each.get(1)).toEqual(values);
    expect(() => each.set(1, [...values, 1n])).toThrow(ValueError);
  });

  test('globals are read and written while it runs', async () => {
    await using session = await start();
    emit(session, 2);
    expect(session.globals.count).toBe(2n);
    session.globals.count = 40n;
    emit(session, 1);
    expect(session.globals.count).toBe(41n);
    await expect(start({ globals: { frist: 1 } })).rejects.toMatchObject({ hint: 'did you mean "first"?' });
  });
});

describe('wrong use', () => {
  test('of a closed session is refused; closing twice is not', async () => {
    const session = await start();
    const events = session.events('events');
    session.close();
    session.close();
    expect(events.isClosed).toBe(true);
    expect(() => session.map('table')).toThrow(UsageError);
    expect(() => session.attach()).toThrow(UsageError);
    expect(() => session.events('events')).toThrow(UsageError);
  });

  test('names of things that are not there get a suggestion', async () => {
    await using session = await start();
    expect(() => session.map('tabel')).toThrow(expect.objectContaining({ hint: 'did you mean "table"?' }));
    expect(() => session.program('emti')).toThrow(expect.objectContaining({ hint: 'did you mean "emit"?' }));
  });

  test('what is no object, no text, no file', async () => {
    const wrong = (value: unknown): never => value as never;
    await expect(load(wrong(null))).rejects.toThrow(UsageError);
    await expect(load(wrong('prog.o'))).rejects.toMatchObject({ hint: expect.stringContaining('openObject') });
    await expect(compile(wrong(5))).rejects.toThrow(UsageError);
    await expect(compile('int x = ;')).rejects.toThrow(SourceError);
    await expect(compile('', { compiler: wrong('gcc') })).rejects.toMatchObject({ hint: 'use one of: builtin, clang' });
    await expect(openObject('/nowhere/x.o')).rejects.toThrow('cannot read /nowhere/x.o: no such file or directory');
    await expect(openObject('package.json')).rejects.toThrow(FormatError);
  });
});
