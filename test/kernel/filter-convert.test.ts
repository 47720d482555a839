// Converted filters in the running kernel: the verifier takes them, and they decide as the classic program does.

import { describe, expect, test } from 'vitest';
import { type CompiledFilter, compileFilter } from '../../src/filter/index.ts';
import { kernelHost } from '../../src/kernel/index.ts';
import type { BpfObject } from '../../src/object/index.ts';
import { steer } from '../filter/concolic.ts';
import { randomExpression } from '../filter/expressions.ts';
import { ask, formatProgram } from '../filter/oracle.ts';
import { Random } from '../filter/random.ts';

const ETHERNET_HEADER = 14;

function compiled(r: Random, linkType: string): CompiledFilter | undefined {
  try {
    const filter = compileFilter(randomExpression(r, 1 + r.below(4), { exotic: 0, ethernet: 0.15 }), {
      linkType,
      netmask: 0xffffff00,
    });
    // What the kernel knows about a packet is not in the packet.
    const isAboutPacket = !/bound|ifindex/.test(filter.expression);
    return filter.isAttachable && isAboutPacket ? filter : undefined;
  } catch {
    return undefined;
  }
}

function packets(r: Random, filter: CompiledFilter): Uint8Array[] {
  return Array.from({ length: 12 }, () => {
    const packet = r.bytes(60 + r.below(200));
    steer(r, filter.instructions, packet, 0.8);
    return packet;
  });
}

async function decisions(
  object: BpfObject,
  inputs: readonly Uint8Array[],
  matches: number | undefined,
): Promise<string> {
  using loaded = await kernelHost().load(object);
  const [program] = loaded.programs.values();
  if (!program) throw new Error('no program');
  return inputs
    .map((data) => {
      const { returnValue } = program.run({ data });
      return (matches === undefined ? returnValue !== 0 : returnValue === matches) ? '1' : '0';
    })
    .join('');
}

function expected(filter: CompiledFilter, inputs: readonly Uint8Array[]): string {
  const requests = [
    'p -',
    ...inputs.map((one) => `p ${Buffer.from(one).toString('hex')}`),
    `x ${formatProgram(filter.instructions)}`,
  ];
  return (ask(requests).at(-1) ?? '').slice(3).replaceAll(/[^1]/g, '0');
}

describe('converted filters', () => {
  test.each([
    ['xdp', 'EN10MB', 1],
    ['tc', 'EN10MB', 2],
    ['socket', 'RAW', undefined],
  ] as const)('%s programs load and decide alike', async (kind, linkType, matches) => {
    const r = new Random(7);
    let compared = 0;
    while (compared < 60) {
      const filter = compiled(r, linkType);
      if (!filter) continue;
      const inputs = packets(r, filter);
      const object = kind === 'xdp' ? filter.toXdp() : kind === 'tc' ? filter.toTc() : filter.toSocketFilter();
      // A socket filter's test run starts behind the link-layer header.
      const frames =
        kind === 'socket' ? inputs.map((one) => Uint8Array.from([...new Uint8Array(ETHERNET_HEADER), ...one])) : inputs;
      expect(await decisions(object, frames, matches), filter.expression).toBe(expected(filter, inputs));
      compared++;
    }
  });

  test('a set of 3000 hosts is more than a classic program may have, and loads as extended BPF', async () => {
    const hosts = Array.from({ length: 3000 }, (_, i) => `host 10.${i & 15}.${i >> 4}.${(i * 7) % 256}`);
    const filter = compileFilter(hosts.join(' or '));
    expect(filter.isAttachable).toBe(false);
    const packet = new Uint8Array(60);
    packet.set([0x08, 0x00, 0x45], 12);
    packet.set([10, 5, 0, 35], 26);
    expect(await decisions(filter.toXdp(), [packet], 1)).toBe('1');
  });
});
