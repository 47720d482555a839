import { expect, test } from 'vitest';
import { UsageError } from '../base/index.ts';
import type { MapSpec } from '../object/index.ts';
import { compile } from './compile.ts';
import { eventType } from './event-type.ts';

/** Name of the type found for the first buffer of an object with these records and buffers. */
async function found(
  records: readonly string[],
  buffers: readonly string[],
  named?: string,
): Promise<string | undefined> {
  const structs = records.map((name) => `struct ${name} { int x; }; const struct ${name} *unused_${name};`);
  const maps = buffers.map(
    (name) => `struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ${name} SEC(".maps");`,
  );
  const object = await compile(
    ['#include <linux/bpf.h>', '#include <bpf/bpf_helpers.h>', ...structs, ...maps].join('\n'),
  );
  const id = eventType(object, object.maps.find(({ name }) => name === buffers[0]) as MapSpec, named);
  const type = id === undefined ? undefined : object.btf?.type(id);
  return type && 'name' in type ? type.name : undefined;
}

test.each([
  ['the struct named like the buffer', ['other', 'events'], ['events'], 'events'],
  ['its singular', ['other', 'event'], ['events', 'more'], 'event'],
  ['its singular with _t', ['open_t', 'event'], ['opens', 'more'], 'open_t'],
  ['the customary name, for the only buffer', ['other', 'data_t'], ['output'], 'data_t'],
  ['nothing by custom where there are several buffers', ['event'], ['output', 'more'], undefined],
  ['nothing where no name fits', ['other'], ['output'], undefined],
] as const)('%s', async (_rule, records, buffers, expected) => {
  expect(await found(records, buffers)).toBe(expected);
});

test('a type the caller names comes first', async () => {
  expect(await found(['event', 'other'], ['events'], 'other')).toBe('other');
  await expect(found(['event', 'other'], ['events'], 'othre')).rejects.toThrow(UsageError);
});
