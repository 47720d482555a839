import { expect, test } from 'vitest';
import { UsageError } from '../base/index.ts';
import { makeObject } from './make-object.ts';
import type { MapSpec } from './types.ts';
import { writeObject } from './write-object.ts';

const map: MapSpec = {
  ...{
    name: 'filled',
    type: 'hash',
    keySize: 4,
    valueSize: 1,
    maxEntries: 1,
    flags: 0,
    extra: 0n,
    numaNode: undefined,
  },
  ...{ keyType: 0, valueType: 0, pinning: 'none', inner: undefined, initial: [], data: undefined },
  entries: [[new Uint8Array(4), new Uint8Array(1)]],
};

test('a map that holds entries from the start is for hosts: a file would lose them', () => {
  const parts = { name: 'test', license: 'GPL', kernelVersion: 0, functions: [], btf: undefined, externs: [] };
  expect(() => writeObject(makeObject({ ...parts, maps: [map] }))).toThrow(UsageError);
});
