// Classic BPF: interpreter and compiler agree with each other on random programs, and on what the rules say.

import { describe, expect, test } from 'vitest';
import type { ClassicInstruction, ClassicRules } from '../../isa/index.ts';
import { assembleClassic, classicProblem, classicTable } from '../../isa/index.ts';
import { Random } from '../differential/random.ts';
import { RECORD_HEADER } from './batch-loop.ts';
import { interpretClassic } from './classic-interpreter.ts';
import { compileClassic, compileClassicBatch } from './compile-classic.ts';
import type { PacketFacts } from './special-loads.ts';

const facts: PacketFacts = { protocol: 0x800, ifindex: 7, mark: 99, vlan_tag: 5, random: () => 4, networkOffset: 2 };

function randomOperand(random: Random, form: string): number {
  if (form === 'memory') return random.below(16);
  if (form === 'absolute' || form === 'header-length') {
    return random.oneIn(12)
      ? 0xffff_f000 + 4 * random.below(16)
      : random.oneIn(15)
        ? 0xfff0_0000 + random.below(20)
        : random.below(40);
  }
  if (form === 'indirect') return random.oneIn(8) ? random.u32() : random.below(20);
  return random.oneIn(2) ? random.below(40) : random.u32();
}

/** A program of rows at random whose jumps go forward. */
function randomClassic(random: Random): ClassicInstruction[] {
  const length = 3 + random.below(24);
  const code = Array.from({ length }, (_, index): ClassicInstruction => {
    const row = random.pick(classicTable);
    const left = length - index - 1;
    const [jt, jf] = row.form.startsWith('branch') ? [random.below(left + 1), random.below(left + 1)] : [0, 0];
    const k = row.form === 'jump' ? random.below(left + 1) : randomOperand(random, row.form);
    return { code: row.code, jt, jf, k };
  });
  return [...code, { code: 0x16, jt: 0, jf: 0, k: 0 }];
}

/** What often occurs: a load and comparisons of it. */
function withComparisons(random: Random, code: ClassicInstruction[]): ClassicInstruction[] {
  const head: ClassicInstruction[] = [
    { code: random.pick([0x28, 0x20, 0x30]), jt: 0, jf: 0, k: random.below(12) },
    {
      code: random.pick([0x15, 0x45, 0x25]),
      jt: random.below(3),
      jf: random.below(3),
      k: random.oneIn(2) ? random.below(3) : 0x102,
    },
  ];
  return [...head, ...code];
}

/** Whether a packet matches as one of several in a buffer. */
function matchesInBatch(
  code: readonly ClassicInstruction[],
  rules: ClassicRules,
  packet: Uint8Array,
  wire: number,
): boolean {
  const batch = compileClassicBatch(code, 'pcap-little', { rules, capacity: 512 });
  const size = RECORD_HEADER + packet.length;
  const view = new DataView(batch.input.buffer, batch.input.byteOffset);
  for (const start of [0, size, 2 * size]) {
    view.setUint32(start + 8, packet.length, true);
    view.setUint32(start + 12, wire, true);
    batch.input.set(packet, start + RECORD_HEADER);
  }
  const { matches, packets } = batch.run(3 * size);
  expect(packets).toBe(3);
  expect([0, 3]).toContain(matches.length);
  return matches.length === 3;
}

describe.each(['linux', 'libpcap'] as const)('rules of %s', (rules: ClassicRules) => {
  const count = process.env.TSBPF_LONG === undefined ? 1500 : 300_000;
  test(`${count} random programs`, { timeout: 3600_000 }, () => {
    const random = new Random(7);
    let ran = 0;
    let matched = 0;
    for (let index = 0; index < count; index++) {
      const code = withComparisons(random, randomClassic(random));
      if (classicProblem(code, rules)) continue;
      ran++;
      const packet = Uint8Array.from({ length: random.below(48) }, () => random.below(3));
      const wire = packet.length + random.below(5);
      const expected = interpretClassic(code, { rules })(packet, wire, facts);
      if (expected !== 0) matched++;
      expect(compileClassic(code, { rules })(packet, wire, facts), JSON.stringify({ index, code })).toBe(expected);
      if (index % 8 === 0)
        expect(matchesInBatch(code, rules, packet, wire)).toBe(interpretClassic(code, { rules })(packet, wire) !== 0);
    }
    expect(ran).toBeGreaterThan(count / 3);
    expect(matched).toBeGreaterThan(ran / 20);
  });
});

const udp53 = assembleClassic(`
  ldh [12]
  jne #0x800, drop
  ldb [23]
  jne #17, drop
  ldxb 4*([14]&0xf)
  ldh [x + 16]
  jne #53, drop
  ret #262144
drop: ret #0
`);

function packetTo(port: number): Uint8Array {
  const packet = new Uint8Array(60);
  packet.set([8, 0, 0x45], 12);
  packet[23] = 17;
  packet[36] = port >> 8;
  packet[37] = port & 0xff;
  return packet;
}

test.each([interpretClassic, compileClassic])('a filter for packets to a port (%o)', (make) => {
  const filter = make(udp53);
  expect(filter(packetTo(53))).toBe(262144);
  expect(filter(packetTo(54))).toBe(0);
  expect(filter(packetTo(53).subarray(0, 37))).toBe(0);
  expect(filter(new Uint8Array(0))).toBe(0);
});

test.each(['pcap-little', 'pcap-big'] as const)('a buffer of records, %s', (format) => {
  const batch = compileClassicBatch(udp53, format, { capacity: 4096 });
  const view = new DataView(batch.input.buffer, batch.input.byteOffset, batch.input.byteLength);
  const starts: number[] = [];
  let at = 0;
  for (const port of [53, 54, 53, 1, 53]) {
    const packet = packetTo(port);
    starts.push(at);
    view.setUint32(at + 8, packet.length, format === 'pcap-little');
    view.setUint32(at + 12, packet.length, format === 'pcap-little');
    batch.input.set(packet, at + RECORD_HEADER);
    at += RECORD_HEADER + packet.length;
  }
  const whole = batch.run(at);
  expect([...whole.matches]).toEqual([starts[0], starts[2], starts[4]]);
  expect(whole).toMatchObject({ consumed: at, packets: 5 });
  // The last record is cut: it stays for the next buffer.
  expect(batch.run(at - 1)).toMatchObject({ consumed: starts[4], packets: 4 });
  expect(batch.run(5)).toMatchObject({ consumed: 0, packets: 0 });
  // A length that leads out of the buffer ends the run.
  view.setUint32(8, 0xffff_ffff, format === 'pcap-little');
  expect(batch.run(at)).toMatchObject({ consumed: 0, packets: 0 });
});
