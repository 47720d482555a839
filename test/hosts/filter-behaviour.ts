// What filters decide in extended BPF, asked of any host: the same as the classic program.

import { describe, expect, test } from 'vitest';
import { type CompiledFilter, compileFilter } from '../../src/filter/index.ts';
import type { Host } from '../../src/host/index.ts';
import type { BpfObject } from '../../src/object/index.ts';
import { ask, formatProgram } from '../filter/oracle.ts';
import { Random } from '../filter/random.ts';

const ETHERNET_HEADER = 14;

/** What each kind of program returns for a packet that matches; undefined: anything but 0. */
const kinds = [
  { kind: 'xdp', linkType: 'EN10MB', matches: 1 },
  { kind: 'tc', linkType: 'EN10MB', matches: 2 },
  { kind: 'socket', linkType: 'RAW', matches: undefined },
] as const;

type Kind = (typeof kinds)[number];

function objectOf(filter: CompiledFilter, { kind }: Kind): BpfObject {
  if (kind === 'xdp') return filter.toXdp();
  return kind === 'tc' ? filter.toTc() : filter.toSocketFilter();
}

/** Runs the extended program on IP packets: one digit each. */
async function decisions(
  host: Host,
  filter: CompiledFilter,
  kind: Kind,
  inputs: readonly Uint8Array[],
): Promise<string> {
  using loaded = await host.load(objectOf(filter, kind));
  const [program] = loaded.programs.values();
  if (!program) throw new Error('no program');
  return inputs
    .map((data) => {
      const { returnValue } = program.run({ data });
      return (kind.matches === undefined ? returnValue !== 0 : returnValue === kind.matches) ? '1' : '0';
    })
    .join('');
}

/** What the classic program decides, by libpcap's interpreter as the tests have it: a digit for each packet. */
function classicDecisions(filter: CompiledFilter, inputs: readonly Uint8Array[]): string {
  const packets = inputs.map((one) => `p ${Buffer.from(one).toString('hex')}`);
  return (ask(['p -', ...packets, `x ${formatProgram(filter.instructions)}`]).at(-1) ?? '')
    .slice(3)
    .replaceAll(/[^1]/g, '0');
}

/** Runs the same on packets that begin with an Ethernet header; a socket filter's test run starts behind it. */
async function expectSame(host: Host, expression: string, inputs: readonly Uint8Array[]): Promise<void> {
  for (const kind of kinds) {
    const filter = compileFilter(expression, { linkType: kind.linkType });
    const seen = kind.kind === 'socket' ? inputs.map((one) => one.subarray(ETHERNET_HEADER)) : inputs;
    const expected = classicDecisions(filter, seen);
    expect(await decisions(host, filter, kind, inputs), `${kind.kind}: ${expression}`).toBe(expected);
    expect(expected, expression).toMatch(/0.*1|1.*0/);
  }
}

const optionHeaders = [0, 60, 43, 44] as const;
const AUTHENTICATION = 51;

/** An Ethernet frame of IPv6 with extension headers. */
function chained(r: Random, count: number, last: number, authentication = 0.02): Uint8Array {
  const headers = Array.from({ length: count }, () =>
    r.chance(authentication) ? AUTHENTICATION : r.pick(optionHeaders),
  );
  const bytes = [...r.bytes(12), 0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, headers[0] ?? last, 64, ...r.bytes(32)];
  headers.forEach((_, i) => {
    const units = count > 20 ? 0 : r.below(4);
    bytes.push(headers[i + 1] ?? last, units, ...r.bytes(8 * units + 6));
  });
  return Uint8Array.from([...bytes, ...r.bytes(r.below(64))]);
}

/** An Ethernet frame of IPv4 with an authentication header. */
function authenticated(r: Random, protocol: number, last: number): Uint8Array {
  const header = [0x45, 0, ...r.bytes(7), protocol, ...r.bytes(10)];
  return Uint8Array.from([...r.bytes(12), 8, 0, ...header, last, 4, ...r.bytes(80)]);
}

/** Addresses and ports that the packets of the tests have, or nearly have. */
const ipv4Of = (i: number): string => `10.${i >> 8}.${i & 255}.${(i * 37) % 251}`;
const ipv6Of = (i: number): string => `2001:db8:${(i >> 8).toString(16)}::${((i * 37) & 0xffff).toString(16)}`;
const listOf = (count: number, member: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => member(i)).join(' or ');

/** Expressions that classic BPF has no room for, with the most instructions they may take in extended BPF. */
const largeSets: readonly (readonly [what: string, expression: string, most: number])[] = [
  ['IPv4 hosts', listOf(10_000, (i) => `host ${ipv4Of(i)}`), 100],
  ['all but IPv4 hosts', `not (${listOf(10_000, (i) => `src host ${ipv4Of(i)}`)} or src host 0.0.0.0)`, 100],
  ['IPv4 networks', `udp and dst net (${listOf(6000, (i) => `10.${i >> 8}.${i & 255}.${(i * 64) & 192}/26`)})`, 100],
  ['IPv6 hosts', listOf(5000, (i) => `host ${ipv6Of(i)}`), 100],
  ['IPv6 networks', listOf(3000, (i) => `src net 2001:db8:${i.toString(16)}:${i & 1 ? '4000::/50' : ':/48'}`), 100],
  [
    'ports and hosts',
    `tcp and (${listOf(5000, (i) => `port ${3 * i}`)}) or ${listOf(3000, (i) => `host ${ipv6Of(i)}`)}`,
    200,
  ],
];

function ipv4Packet(r: Random): Uint8Array {
  const packet = r.bytes(80);
  packet.set([8, 0, 0x45], 12);
  packet.set([0, 0, 64, r.pick([6, 17])], 20);
  for (const at of [26, 30]) if (r.chance(0.7)) packet.set(ipv4Of(r.below(12_000)).split('.').map(Number), at);
  if (r.chance(0.2)) packet.fill(0, 26, 30);
  return packet;
}

function ipv6Packet(r: Random): Uint8Array {
  const packet = r.bytes(100);
  packet.set([0x86, 0xdd, 0x60], 12);
  packet[20] = r.pick([6, 17]);
  for (const at of [22, 38]) {
    const i = r.below(6000);
    const low = (i * 37) & 0xffff;
    const group = r.chance(0.5) ? i >> 8 : i;
    if (r.chance(0.7))
      packet.set(
        [0x20, 1, 0x0d, 0xb8, group >> 8, group & 255, r.pick([0, 0, 0x40]), 0, 0, 0, 0, 0, 0, 0, low >> 8, low & 255],
        at,
      );
  }
  return packet;
}

export function describeFilterBehaviour(name: string, host: Host): void {
  describe(`filters in extended BPF, on ${name}`, () => {
    test.each([
      ['ip6 protochain 58', 200],
      ['protochain 6', 100],
      ['protochain 6 or ip6 protochain 58 and not protochain 50', 40],
    ])('follow chains of extension headers: %s', async (expression, most) => {
      const r = new Random(3);
      const packets = Array.from({ length: 80 }, (_, i) =>
        chained(r, i < 50 ? i % most : r.below(most), r.pick([6, 58, 50, 59])),
      );
      packets.push(
        ...Array.from({ length: 20 }, () => authenticated(r, r.pick([AUTHENTICATION, 6, 58]), r.pick([6, 58]))),
      );
      packets.push(...packets.map((one) => one.subarray(0, r.below(one.length))).filter(({ length }) => length > 60));
      await expectSame(host, expression, packets);
    });

    test.each(largeSets)('look large sets up in maps: %s', async (_, expression, most) => {
      const r = new Random(5);
      const filter = compileFilter(expression);
      expect(filter.isAttachable).toBe(false);
      expect(filter.toExtended('xdp').length).toBeLessThan(most);
      await expectSame(
        host,
        expression,
        Array.from({ length: 300 }, () => (r.chance(0.5) ? ipv4Packet(r) : ipv6Packet(r))),
      );
    });

    test('give up on a chain that is too long for the verifier', async () => {
      const filter = compileFilter('ip6 protochain 58');
      const [short, long] = [250, 260].map((count) => chained(new Random(1), count, 58, 0)) as [Uint8Array, Uint8Array];
      expect(classicDecisions(filter, [short, long])).toBe('11');
      expect(await decisions(host, filter, kinds[0], [short, long])).toBe('10');
    });
  });
}
