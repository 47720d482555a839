// Helpers return the same, and do the same to packets, in the kernel and in the embedded machine.

import { beforeAll, expect, test } from 'vitest';
import type { Host } from '../../src/host/index.ts';
import { kernelHost } from '../../src/kernel/index.ts';
import type { BpfObject } from '../../src/object/index.ts';
import { readObject } from '../../src/object/index.ts';
import { vm } from '../../src/vm/index.ts';
import { compileC } from '../support/compile-c.ts';
import { isOlderThanTables } from '../support/skip-unsupported.ts';

let object: BpfObject;
beforeAll(async () => {
  object = readObject(await compileC('test/hosts/helpers.bpf.c'), { name: 'helpers.bpf.o' });
});

/** A UDP packet over IPv4 with some bytes in every field. */
const packet = Uint8Array.from({ length: 60 }, (_, at) => at * 11 + 3);
packet.set([0x08, 0x00, 0x45], 12);
packet[23] = 17;

interface Seen {
  readonly returnValue: number | undefined;
  readonly packet: readonly number[];
  readonly results: readonly bigint[];
  readonly texts: readonly string[];
}

async function runOn(host: Host, program: string): Promise<Seen> {
  using loaded = await host.load(object, { programs: [program] });
  const result = loaded.programs.get(program)?.run({ data: packet });
  const entries = [...(loaded.maps.get('results')?.entries() ?? [])];
  const results = entries.map(([, value]) => new DataView(value.buffer, value.byteOffset).getBigInt64(0, true));
  const texts = [...(loaded.maps.get('texts')?.entries() ?? [])].map(([, value]) =>
    Buffer.from(value).toString('latin1'),
  );
  return { returnValue: result?.returnValue, packet: [...(result?.data ?? [])], results, texts };
}

/** What kernels older than the tables do otherwise. */
const newOnly: Readonly<Record<string, string>> = {
  checksums: 'bpf_csum_diff folds its sum to 16 bits since Linux 6.13 (x86)',
  maps: 'the verifier of Linux 6.1 takes a loop over calls for an endless one',
};

test.for(['numbers', 'checksums', 'bytes', 'sizes', 'xdp_sizes', 'maps', 'formats'])('%s', async (program, context) => {
  const reason = newOnly[program];
  if (isOlderThanTables && reason !== undefined) context.skip(reason);
  const expected = await runOn(kernelHost(), program);
  for (const engine of ['interpreter', 'wasm'] as const) {
    expect(await runOn(vm({ engine, mode: 'checked' }), program)).toEqual(expected);
  }
});
