// Random programs give the same result and the same memory in the kernel and in both engines of the embedded machine.

import { expect, test } from 'vitest';
import { SyscallError, VerifierError } from '../../src/base/index.ts';
import type { Host } from '../../src/host/index.ts';
import { kernelHost } from '../../src/kernel/index.ts';
import type { BpfObject } from '../../src/object/index.ts';
import { VALUE_SIZE } from '../../src/vm/differential/random-program.ts';
import { vm } from '../../src/vm/index.ts';
import { randomObject } from '../hosts/random-object.ts';
import { isOlderThanTables } from '../support/skip-unsupported.ts';

const count = Number(process.env.TSBPF_COUNT ?? (process.env.TSBPF_LONG === undefined ? 300 : 200_000));
const first = Number(process.env.TSBPF_SEED ?? 1);
const key = new Uint8Array(4);
const packet = new Uint8Array(64);

async function runOn(host: Host, object: BpfObject, memory: Uint8Array): Promise<string> {
  using loaded = await host.load(object);
  const map = loaded.maps.get('memory');
  map?.update(key, memory);
  const result = loaded.programs.get('random')?.run({ data: packet });
  return `${result?.returnValue} ${Buffer.from(map?.lookup(key) ?? []).toString('hex')}`;
}

// The programs use all of ISA v4, which 6.1 does not know.
test.skipIf(isOlderThanTables)(`seeds ${first} to ${first + count - 1}`, { timeout: 24 * 3600_000 }, async () => {
  const kernel = kernelHost();
  const engines = [vm({ engine: 'interpreter' }), vm({ engine: 'wasm' }), vm({ engine: 'wasm', mode: 'fast' })];
  let accepted = 0;
  for (let seed = first; seed < first + count; seed++) {
    const object = randomObject(seed, 20 + (seed % 80));
    const memory = Uint8Array.from({ length: VALUE_SIZE }, (_, at) => at * 31 + seed);
    let expected: string;
    try {
      expected = await runOn(kernel, object, memory);
    } catch (error) {
      if (error instanceof VerifierError || error instanceof SyscallError) continue;
      throw error;
    }
    accepted++;
    for (const engine of engines) expect(await runOn(engine, object, memory), `seed ${seed}`).toBe(expected);
  }
  console.log(`${accepted} of ${count} accepted by the kernel`);
  expect(accepted).toBeGreaterThan(count / 2);
});
