import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { describe, expect, test } from 'vitest';
import { damage, randomNumbers } from '../../../test/support/damage.ts';
import { ethernet, ipv4, join, packets, udp } from '../../../test/support/packets.ts';
import { PcapEncoder } from '../pcap-writer.ts';
import { ipv6Address } from './addresses.ts';
import { decodePacket } from './decode-packet.ts';
import { detailedPackets } from './fixtures/detailed-packets.ts';
import { randomFrame } from './fixtures/random-packets.ts';
import { PacketPrinter, type PacketPrinterOptions } from './format-packet.ts';
import { type DumpStyle, dumpPacket, linkHeaderBytes } from './packet-dump.ts';

/** What tcpdump prints of frames, a packet each, without the time. */
function tcpdump(frames: readonly Uint8Array[], linkType: number, flags: readonly string[]): string[] {
  const directory = mkdtempSync(joinPath(tmpdir(), 'tsbpf-pcap-'));
  try {
    const path = joinPath(directory, 'packets.pcap');
    const encoder = new PcapEncoder({ linkType });
    writeFileSync(
      path,
      Buffer.concat([encoder.header(), ...frames.map((data) => encoder.packet({ timestampNs: 0n, data }))]),
    );
    const text = execFileSync('tcpdump', ['-n', '-t', ...flags, '-r', path], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return text.trimEnd().split(/\n(?!\t)/);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') throw new Error('tcpdump is needed: apt-get install tcpdump');
    throw error;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function ours(
  frames: readonly Uint8Array[],
  linkType: number,
  showsLink: boolean,
  more: PacketPrinterOptions = {},
): string[] {
  const printer = new PacketPrinter({ showsLink, ...more });
  const { detail } = more;
  return frames.map((data) =>
    printer.format(decodePacket(linkType, data, data.byteLength, detail), data.byteLength).trimEnd(),
  );
}

/** What tcpdump prints of many Ethernet frames, in lines or more of them for each. */
function tcpdumpLines(frames: readonly Uint8Array[], flags: readonly string[]): string[] {
  const numbered = tcpdump(frames, 1, ['-#', ...flags]).join('\n');
  return `\n${numbered}`
    .split(/\n *\d+ {2}/)
    .slice(1)
    .map((line) => line.trimEnd());
}

const details: readonly (readonly [flag: string, options: PacketPrinterOptions])[] = [
  ['-v', { detail: 1 }],
  ['-vv', { detail: 2 }],
  ['-vvv', { detail: 3 }],
  ['-ev', { detail: 1, showsLink: true }],
  ['-qv', { detail: 1, isQuiet: true }],
  ['-#', {}],
];

describe('PacketPrinter', () => {
  test('prints what tcpdump prints', () => {
    expect(ours(packets, 1, false)).toEqual(tcpdump(packets, 1, []));
  });

  test('prints what tcpdump -e prints', () => {
    expect(ours(packets, 1, true)).toEqual(tcpdump(packets, 1, ['-e']));
  });

  test.each(details)('prints what tcpdump %s prints', (flag, options) => {
    const frames = [...packets, ...detailedPackets];
    expect(ours(frames, 1, options.showsLink === true, options)).toEqual(tcpdumpLines(frames, [flag]));
  });

  test.each(details)('prints what tcpdump %s prints of random packets', (flag, options) => {
    const random = randomNumbers(Number(process.env.TSBPF_SEED ?? 11));
    const count = process.env.TSBPF_LONG ? 100_000 : 2000;
    const frames = Array.from({ length: count }, () => randomFrame(random));
    const [mine, theirs] = [ours(frames, 1, options.showsLink === true, options), tcpdumpLines(frames, [flag])];
    expect(mine.filter((line, index) => line !== theirs[index])).toEqual([]);
    expect(mine.length).toBe(theirs.length);
  });

  test('understands raw IP, cooked and loopback link types', () => {
    const packet = ipv4(17, udp([5000, 6000], Uint8Array.of(1, 2, 3)));
    const cooked = join([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0], packet);
    const loopback = join([2, 0, 0, 0], packet);
    for (const [linkType, data] of [
      [101, packet],
      [113, cooked],
      [0, loopback],
    ] as const) {
      expect(ours([data], linkType, false)).toEqual(tcpdump([data], linkType, []));
    }
  });

  test.each([false, true])('prints packets of all interfaces as tcpdump does (with link header: %s)', (showsLink) => {
    const frames = packets.slice(0, 12).map((frame, index) => {
      const type = index % 6;
      const addressBytes = index % 4 === 3 ? 0 : 6;
      const header = [0, 0, 0, 0, 0, 0, 0, index % 2 ? 1 : 99, 0, 1, type, addressBytes, 2, 0, 0, 0, 0, 1, 0, 0];
      return join([...frame.subarray(12, 14), ...header.slice(2)], frame.subarray(14));
    });
    frames.push(Uint8Array.of(8, 0, 0, 0));
    const interfaceName = (index: number): string | undefined => (index === 1 ? 'lo' : undefined);
    const expected = tcpdump(frames, 276, showsLink ? ['-e'] : []);
    expect(ours(frames, 276, showsLink, { interfaceName })).toEqual(expected);
  });

  test('prints what tcpdump -q and -S print', () => {
    for (const showsLink of [false, true]) {
      const link = showsLink ? ['-e'] : [];
      const lines = ours(packets, 1, showsLink, { isQuiet: true }).map((line) => line.trimEnd());
      expect(lines).toEqual(tcpdump(packets, 1, ['-q', ...link]).map((line) => line.trimEnd()));
    }
    expect(ours(packets, 1, false, { hasAbsoluteNumbers: true })).toEqual(tcpdump(packets, 1, ['-S']));
  });

  test.each([
    ['-x', 'hex', false],
    ['-xx', 'hex', true],
    ['-X', 'hex-and-characters', false],
    ['-XX', 'hex-and-characters', true],
    ['-A', 'characters', false],
    ['-AA', 'characters', true],
  ] as const)('shows the bytes as tcpdump %s does', (flag, style: DumpStyle, hasLink) => {
    const text = new TextEncoder().encode('GET / HTTP/1.1\r\nHost:\tx\r\r\n\r\n\r');
    const frames = [...packets, ethernet(0x0800, ipv4(17, udp([5000, 6000], text)))];
    const printer = new PacketPrinter({ hasDump: style !== 'characters' });
    const lines = frames.map((data) => {
      const layers = decodePacket(1, data);
      const start = hasLink ? 0 : linkHeaderBytes(1, layers);
      return printer.format(layers, data.byteLength) + dumpPacket(data.subarray(start), style);
    });
    expect(`${lines.join('\n')}`.trimEnd()).toEqual(tcpdump(frames, 1, [flag]).join('\n').trimEnd());
  });

  test('prints packets that were cut short as tcpdump does', () => {
    const cut = [packets[2], packets[12], packets[34]].flatMap((packet, index) =>
      Array.from({ length: 20 }, (_, size) => (packet as Uint8Array).subarray(0, (index === 2 ? 54 : 34) + size)),
    );
    expect(ours(cut, 1, false)).toEqual(tcpdump(cut, 1, []));
  });

  test('never throws on damage, and names what is cut', () => {
    const random = randomNumbers(5);
    const known = [...packets, ...detailedPackets];
    for (let round = 0; round < 5000; round++) {
      const packet = known[Math.floor(random() * known.length)] as Uint8Array;
      const bad = damage(packet, random, 50);
      expect(ours([bad], 1, round % 2 === 0, { detail: round % 3 })[0]).toBeTypeOf('string');
    }
    for (let size = 0; size < 42; size++) {
      const [line] = ours([ethernet(0x0800, ipv4(17, udp([1, 2], Uint8Array.of(0)))).subarray(0, size)], 1, false);
      expect(line).toContain('[|');
    }
  });

  test('writes IPv6 addresses as inet_ntop does', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['00000000000000000000000000000000', '::'],
      ['00000000000000000000000000000001', '::1'],
      ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
      ['20010db8000100010001000100010001', '2001:db8:1:1:1:1:1:1'],
      ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
      ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
      ['fe800000000000000000000000000000', 'fe80::'],
    ];
    for (const [bytes, text] of cases) expect(ipv6Address(Uint8Array.from(Buffer.from(bytes, 'hex')))).toBe(text);
  });
});
