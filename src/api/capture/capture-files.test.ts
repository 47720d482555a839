import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damage, randomNumbers } from '../../../test/support/damage.ts';
import { packets } from '../../../test/support/packets.ts';
import { FormatError, SourceError, UsageError } from '../../base/index.ts';
import { type CaptureItem, PcapEncoder, PcapngEncoder, readCapture, readPackets } from '../../pcap/index.ts';
import { filterItems, filterRaw } from './capture-file.ts';
import { CaptureOutput, type CaptureOutputOptions } from './capture-output.ts';
import type { FilterFileResult } from './filter-file.ts';
import { openCaptureFile } from './open-capture.ts';
import { OutputFile } from './output-file.ts';
import { PacketFilter } from './packet-filter.ts';
import { FileNames, strftime } from './rotation.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsbpf-capture-'));
  chmodSync(directory, 0o777); // tcpdump writes as a user of its own
});
afterAll(() => rmSync(directory, { recursive: true }));

const place = (name: string): string => join(directory, name);
const secondNs = 1_000_000_000n;

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

/** So many packets of every kind, some of them large, in an order that has runs of equal ones. */
function pcapBytes(count: number, facts: ConstructorParameters<typeof PcapEncoder>[0] = {}): Uint8Array {
  const random = randomNumbers(count);
  const encoder = new PcapEncoder(facts);
  const parts: Uint8Array[] = [encoder.header()];
  for (let index = 0; index < count; index++) {
    const frame = packets[Math.floor(random() * packets.length)] as Uint8Array;
    const data = new Uint8Array(frame.byteLength + (random() < 0.5 ? Math.floor(random() * 1400) : 0));
    data.set(frame);
    for (let copies = random() < 0.3 ? 5 : 1; copies > 0; copies--)
      parts.push(encoder.packet({ timestampNs: BigInt(index) * secondNs, data }));
  }
  return Uint8Array.from(Buffer.concat(parts));
}

interface Filtered extends FilterFileResult {
  readonly written: Uint8Array;
}

/** The loop over blocks. */
async function filterFast(path: string, expression: string, limit?: number): Promise<Filtered> {
  const capture = openCaptureFile(path);
  try {
    const output = new OutputFile(place('fast.out'));
    const result = await filterRaw({ file: capture, filter: new PacketFilter(expression), limit }, () => output);
    output.close();
    if (!result) throw new Error('the loop does not take this file');
    return { ...result, written: Uint8Array.from(readFileSync(place('fast.out'))) };
  } finally {
    closeSync(capture.fd);
  }
}

/** Packet by packet. */
async function filterSlowly(
  path: string,
  expression: string,
  limit?: number,
  more: Partial<CaptureOutputOptions> = {},
): Promise<Filtered> {
  const output = new CaptureOutput({ path: place('slow.out'), format: 'pcap', ...more });
  const onItem = (item: CaptureItem): boolean => {
    output.write(item);
    return !output.isDone;
  };
  const result = await filterItems({
    file: openCaptureFile(path),
    filter: new PacketFilter(expression),
    limit,
    onItem,
  });
  output[Symbol.dispose]();
  return { ...result, written: Uint8Array.from(readFileSync(more.path ?? place('slow.out'))) };
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
      const { matches, written } = await filterFast(path, expression);
      expect(tcpdump('-n', '-r', path, '--count', expression)).toBe(`${matches} packet${matches === 1 ? '' : 's'}\n`);
      tcpdump('-n', '-r', path, '-w', place('peer.pcap'), expression);
      expect(Buffer.compare(written, readFileSync(place('peer.pcap')))).toBe(0);
    }
  });

  test('does what the way packet by packet does, in either byte order and precision, with a limit', async () => {
    for (const endian of ['little', 'big'] as const) {
      for (const unitsPerSecond of [1_000_000, 1_000_000_000] as const) {
        const path = file('variant.pcap', pcapBytes(1200, { endian, unitsPerSecond, snapLength: 100 }));
        for (const [expression, limit] of [
          ...expressions.slice(0, -1).map((text) => [text, undefined] as const),
          ['tcp', 7] as const,
        ]) {
          const fast = await filterFast(path, expression, limit);
          const slow = await filterSlowly(path, expression, limit);
          expect({ ...fast, written: fast.written.byteLength }).toEqual({
            ...slow,
            written: slow.written.byteLength,
            fault: undefined,
          });
          expect(Buffer.compare(fast.written, slow.written)).toBe(0);
        }
      }
    }
  });

  test('tells damage as the reader does, after all packets before it', async () => {
    const good = pcapBytes(150);
    const random = randomNumbers(21);
    let faults = 0;
    for (let round = 0; round < 120; round++) {
      const bad = damage(good, random, good.byteLength);
      if (Buffer.compare(bad.subarray(0, 24), good.subarray(0, 24)) !== 0) continue;
      const path = file('damaged.pcap', bad);
      const fast = await filterFast(path, 'udp');
      const slow = await filterSlowly(path, 'udp');
      expect([fast.packets, fast.matches, fast.fault?.message]).toEqual([
        slow.packets,
        slow.matches,
        slow.fault?.message,
      ]);
      expect(Buffer.compare(fast.written, slow.written)).toBe(0);
      if (fast.fault) faults++;
    }
    expect(faults).toBeGreaterThan(20);
  });

  test('leaves programs with loops, compressed and other files to the reader', async () => {
    const plain = openCaptureFile(file('loop.pcap', pcapBytes(10)));
    expect(await filterRaw({ file: plain, filter: new PacketFilter('ip6 protochain 58') })).toBeUndefined();
    const patched = Uint8Array.from(pcapBytes(0));
    patched.set([0x34, 0xcd, 0xb2, 0xa1]);
    for (const bytes of [patched, new PcapngEncoder().section(), new Uint8Array(3)]) {
      const other = openCaptureFile(file('other', bytes));
      expect(await filterRaw({ file: other, filter: new PacketFilter('') })).toBeUndefined();
    }
  });

  test('a bad expression leaves the output alone', async () => {
    const capture = openCaptureFile(file('bad.pcap', pcapBytes(1)));
    let isOpened = false;
    const open = (): OutputFile => {
      isOpened = true;
      return new OutputFile('/dev/null');
    };
    const filter = new PacketFilter('tcp prot 80');
    await expect(filterRaw({ file: capture, filter }, open)).rejects.toThrow(SourceError);
    expect(isOpened).toBe(false);
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
    await filterSlowly(path, '', undefined, { path: there, format: 'pcapng' });
    expect(await readAll(there)).toEqual(await readAll(path));
    const { written } = await filterSlowly(there, '', undefined, { format: 'pcap' });
    expect(Buffer.compare(written, readFileSync(path))).toBe(0);
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
    const { written } = await filterSlowly(path, 'tcp', undefined, { format: 'pcapng' });
    expect(Buffer.compare(written, bytes)).toBe(0);
    await filterSlowly(path, 'tcp', undefined, { path: place('cut.pcapng'), format: 'pcapng', snapLength: 20 });
    const length = data.byteLength;
    expect(await readAll(place('cut.pcapng'))).toEqual([
      { time: 5_000_001_000n, size: 20, length },
      { time: 6_000_000_001n, size: 20, length: length - 14 },
    ]);
    await expect(filterSlowly(path, 'tcp', undefined, { format: 'pcap' })).rejects.toThrow(UsageError);
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
      for await (const item of readCapture(readFileSync(path))) output.write(item);
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
    const result = await filterSlowly(path, '', undefined, { path: place('at-%s'), rotation }).catch(() => undefined);
    expect(result).toBeUndefined(); // the file of that very name is not there
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
  const result = await filterItems({ file: openCaptureFile(path), filter: new PacketFilter('') });
  expect(result.fault).toBeInstanceOf(FormatError);
});
