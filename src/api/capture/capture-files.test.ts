import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damage, randomNumbers } from '../../../test/support/damage.ts';
import { packets } from '../../../test/support/packets.ts';
import { FormatError, SourceError, UsageError } from '../../base/index.ts';
import { PcapEncoder, PcapngEncoder, readCapture, readPackets } from '../../pcap/index.ts';
import { filterCapture } from './capture-file.ts';
import { CaptureOutput } from './capture-output.ts';
import { bothWays, filterFast } from './fixtures/both-ways.ts';
import { pcapBytes, pcapngBytes, pcapngSection, secondNs } from './fixtures/capture-bytes.ts';
import { openCaptureFile } from './open-capture.ts';
import { PacketFilter } from './packet-filter.ts';
import { FileNames, strftime } from './rotation.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsbpf-capture-'));
  chmodSync(directory, 0o777); // tcpdump writes as a user of its own
});
afterAll(() => rmSync(directory, { recursive: true }));

const place = (name: string): string => join(directory, name);

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(place(name), bytes);
  return place(name);
}

function tcpdump(...args: readonly string[]): string {
  try {
    return execFileSync('tcpdump', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') throw new Error('tcpdump is needed: apt-get install tcpdump');
    throw error;
  }
}

const expressions = [
  '',
  'tcp',
  'udp port 53',
  'ip6 or arp',
  'host 10.0.0.2 and not tcp',
  'greater 500',
  'ether[0] > 255',
  'ip6 protochain 58',
];

describe('the loop over blocks', () => {
  test('matches what tcpdump matches, and writes what it writes', async () => {
    const path = file('plain.pcap', pcapBytes(3000));
    for (const expression of expressions.slice(0, -2)) {
      const { matches, written: bytes } = await filterFast(path, expression);
      expect(tcpdump('-n', '-r', path, '--count', expression)).toBe(`${matches} packet${matches === 1 ? '' : 's'}\n`);
      tcpdump('-n', '-r', path, '-w', place('peer.pcap'), expression);
      expect(bytes?.equals(readFileSync(place('peer.pcap')))).toBe(true);
    }
  });

  test.each(['little', 'big'] as const)('does what the way packet by packet does (pcap, %s endian)', async (endian) => {
    for (const unitsPerSecond of [1_000_000, 1_000_000_000] as const) {
      const path = file('variant.pcap', pcapBytes(1200, { endian, unitsPerSecond, snapLength: 100 }));
      for (const expression of expressions) await bothWays(path, expression);
      for (const options of [{ limit: 7 }, { snapLength: 61 }, { snapLength: 1 }]) await bothWays(path, 'tcp', options);
    }
  });

  test('does so in files of old and patched programs', async () => {
    const patched = pcapBytes(0);
    patched.set([0x34, 0xcd, 0xb2, 0xa1]);
    const old = pcapBytes(50);
    old[6] = 3;
    for (const bytes of [patched, old]) await bothWays(file('variant.pcap', bytes), 'udp');
  });

  test('tells damage as the reader does, after all packets before it', async () => {
    const good = pcapBytes(150);
    const random = randomNumbers(21);
    let faults = 0;
    for (let round = 0; round < 120; round++) {
      const options = round % 3 === 0 ? { snapLength: 50 } : {};
      const path = file('damaged.pcap', damage(good, random, good.byteLength));
      if ((await bothWays(path, 'udp', options)).fault) faults++;
    }
    expect(faults).toBeGreaterThan(20);
  });

  test('takes packets larger than its memory', async () => {
    const usb = 189;
    const encoder = new PcapEncoder({ linkType: usb });
    const records = [5, 3_000_000, 40, 600_000, 1_048_576].map((size) =>
      encoder.packet({ timestampNs: 0n, data: new Uint8Array(size).fill(size) }),
    );
    const bytes = Buffer.concat([encoder.header(), ...records]);
    expect((await bothWays(file('large.pcap', bytes), '')).packets).toBe(5);
    const { fault } = await bothWays(file('large.pcap', bytes.subarray(0, 2_000_000)), '');
    expect(fault?.message).toContain('truncated');
  });

  test('a bad expression leaves the output alone', async () => {
    for (const bytes of [pcapBytes(1), pcapngBytes(1, 1)]) {
      const path = file('bad', bytes);
      await expect(filterFast(path, 'tcp prot 80', { path: place('not-made') })).rejects.toThrow(SourceError);
      expect(existsSync(place('not-made'))).toBe(false);
    }
  });
});

describe('the loop over blocks of pcapng files', () => {
  test('does what the way packet by packet does, with several sections and interfaces of two link types', async () => {
    const path = file('plain.pcapng', pcapngBytes(1, 1500));
    for (const expression of [...expressions, 'inbound']) await bothWays(path, expression);
    for (const options of [{ limit: 1100 }, { snapLength: 61 }, { snapLength: 64 }, { snapLength: 1, limit: 99 }])
      await bothWays(path, 'tcp or udp', options);
    await bothWays(file('tiny.pcapng', pcapngBytes(2, 0)), 'tcp');
  });

  test('does so when packets are converted or files rotated', async () => {
    const path = file('one.pcapng', pcapngSection(randomNumbers(4), 3, 'big'));
    for (const expression of ['', 'tcp']) await bothWays(path, expression, { format: 'pcap', snapLength: 60 });
    const pcap = file('some.pcap', pcapBytes(400));
    for (const expression of ['', 'tcp']) await bothWays(pcap, expression, { format: 'pcapng', snapLength: 60 });
  });

  test('takes compressed files', async () => {
    for (const bytes of [pcapngBytes(5, 4000), pcapBytes(4000)]) {
      const path = file('in.gz', gzipSync(bytes));
      await bothWays(path, 'udp');
      await bothWays(path, 'udp', { snapLength: 20 });
      writeFileSync(path, gzipSync(bytes).subarray(0, -2000));
      expect((await bothWays(path, 'udp')).fault).toBeInstanceOf(FormatError);
    }
  });

  test('tells damage as the reader does, after all packets before it', async () => {
    const good = pcapngBytes(7, 40);
    const random = randomNumbers(22);
    let faults = 0;
    for (let round = 0; round < 300; round++) {
      const options = [{}, { snapLength: 40 }, { limit: 30 }][round % 3] ?? {};
      const path = file('damaged.pcapng', damage(good, random, good.byteLength));
      if ((await bothWays(path, 'udp', options)).fault) faults++;
    }
    expect(faults).toBeGreaterThan(100);
  });

  test('takes blocks larger than its memory, and many before the first interface', async () => {
    const encoder = new PcapngEncoder();
    const frame = packets[0] as Uint8Array;
    const parts = [
      encoder.section([{ code: 1, value: new Uint8Array(60_000) }]),
      ...Array.from({ length: 30 }, () => encoder.block(0x0bad, new Uint8Array(100_000))),
      encoder.interface({ linkType: 189 }),
      encoder.packet({ timestampNs: 1n, data: new Uint8Array(3_000_000) }),
      encoder.block(0x0bad, new Uint8Array(5_000_000)),
      encoder.packet({ timestampNs: 1n, data: frame }),
    ];
    const bytes = Buffer.concat(parts);
    const { packets: count, written } = await bothWays(file('large.pcapng', bytes), '');
    expect([count, written?.equals(bytes)]).toEqual([2, true]);
    await bothWays(file('large.pcapng', bytes.subarray(0, -frame.byteLength - 100)), '', { snapLength: 1000 });
  });

  test('takes more interfaces and link types than it has room for', async () => {
    const encoder = new PcapngEncoder();
    const parts = [encoder.section()];
    const linkTypes = [1, 0, 6, 7, 8, 9, 101, 108, 113, 228, 229, 276];
    for (let index = 0; index < 5000; index++)
      parts.push(encoder.interface({ linkType: linkTypes[index % linkTypes.length] ?? 1 }));
    for (let index = 0; index < 5000; index += 7) {
      const data = packets[index % packets.length] as Uint8Array;
      parts.push(encoder.packet({ timestampNs: 0n, data }, { interface: index }));
    }
    const path = file('many.pcapng', Buffer.concat(parts));
    expect((await bothWays(path, 'len > 60')).packets).toBe(715);
  });
});

describe('CaptureOutput', () => {
  const readAll = async (path: string): Promise<{ time: bigint; size: number; length: number }[]> => {
    const list: { time: bigint; size: number; length: number }[] = [];
    for await (const { timestampNs, data, originalLength } of readPackets(readFileSync(path))) {
      list.push({ time: timestampNs, size: data.byteLength, length: originalLength });
    }
    return list;
  };

  test('converts pcap to pcapng and back', async () => {
    const path = file('convert.pcap', pcapBytes(100, { unitsPerSecond: 1_000_000_000 }));
    const there = place('convert.pcapng');
    await bothWays(path, '', { format: 'pcapng' });
    await filterFast(path, '', { path: there, format: 'pcapng' });
    expect(await readAll(there)).toEqual(await readAll(path));
    const { written: bytes } = await bothWays(there, '', { format: 'pcap' });
    expect(bytes?.equals(readFileSync(path))).toBe(true);
  });

  test('keeps all blocks of a pcapng file, and cuts packets where asked', async () => {
    const encoder = new PcapngEncoder('big');
    const data = packets[3] as Uint8Array;
    const bytes = Buffer.concat([
      encoder.section(),
      encoder.interface({ linkType: 1, timestampDigits: 6 }),
      encoder.interface({ linkType: 101 }),
      encoder.packet({ timestampNs: 5_000_001_000n, data }, { options: [{ code: 1, value: Uint8Array.of(0x41) }] }),
      encoder.block(0x0bad, Uint8Array.of(1, 2, 3, 4)),
      encoder.packet({ timestampNs: 6_000_000_001n, data: data.subarray(14) }, { interface: 1 }),
    ]);
    const path = file('blocks.pcapng', bytes);
    expect((await bothWays(path, 'tcp')).written?.equals(bytes)).toBe(true);
    await filterFast(path, 'tcp', { path: place('cut.pcapng'), snapLength: 20 });
    const length = data.byteLength;
    expect(await readAll(place('cut.pcapng'))).toEqual([
      { time: 5_000_001_000n, size: 20, length },
      { time: 6_000_000_001n, size: 20, length: length - 14 },
    ]);
    await expect(filterFast(path, 'tcp', { format: 'pcap' })).rejects.toThrow(UsageError);
  });

  test('rotates by size as tcpdump does', async () => {
    const path = file('rotate.pcap', pcapBytes(9000));
    const names = (prefix: string): string[] =>
      readdirSync(directory)
        .filter((name) => name.startsWith(prefix))
        .sort();
    for (const [index, files] of [undefined, 3, 12].entries()) {
      const sizes = files === undefined ? ['-C', '1'] : ['-C', '1', '-W', String(files)];
      tcpdump('-n', '-r', path, '-w', place(`theirs${index}-`), ...sizes);
      const rotation = { sizeBytes: 1_000_000, files };
      const output = new CaptureOutput({ path: place(`ours${index}-`), format: 'pcap', rotation });
      for await (const item of readCapture(readFileSync(path))) output.item(item);
      output[Symbol.dispose]();
      expect(names(`ours${index}-`).map((name) => name.replace('ours', 'theirs'))).toEqual(names(`theirs${index}-`));
      for (const name of names(`ours${index}-`)) {
        expect(Buffer.compare(readFileSync(place(name)), readFileSync(place(name.replace('ours', 'theirs'))))).toBe(0);
      }
    }
  });

  test('rotates by the time of the packets, and ends after so many files', async () => {
    const path = file('seconds.pcap', pcapBytes(100));
    const rotation = { seconds: 10, files: 3 };
    await filterFast(path, '', { path: place('at-%s'), rotation });
    const made = readdirSync(directory).filter((name) => name.startsWith('at-'));
    expect(made).toHaveLength(3);
    const times = (await Promise.all(made.map((name) => readAll(place(name))))).map((list) =>
      list.map(({ time }) => Number(time / secondNs)),
    );
    expect(times.map((list) => Math.max(...list) - Math.min(...list))).toEqual([9, 9, 9]);
  });

  test('names a file that cannot be written', () => {
    expect(() => new CaptureOutput({ path: place('no/such/file'), format: 'pcap' })).toThrow(
      'there is no such file or directory',
    );
    expect(() => new FileNames('-', { seconds: 1 })).toThrow('standard output cannot be rotated');
    expect(() => openCaptureFile(place('missing'))).toThrow(UsageError);
  });
});

test('strftime follows the C library', () => {
  const date = new Date(2024, 1, 9, 15, 4, 5);
  const format = '%Y %y %m %d %e %H %I %M %S %p %j %a %A %b %B %F %T %D %R %% %Q';
  expect(strftime(format, date)).toBe(
    '2024 24 02 09  9 15 03 04 05 PM 040 Fri Friday Feb February 2024-02-09 15:04:05 02/09/24 15:04 % %Q',
  );
});

test('damaged compressed files give one FormatError', async () => {
  const path = file('damaged.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5));
  const result = await filterCapture({ file: openCaptureFile(path), filter: new PacketFilter('') });
  expect(result.fault).toBeInstanceOf(FormatError);
});
