import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damage, randomNumbers } from '../../test/support/damage.ts';
import { hex, packets } from '../../test/support/packets.ts';
import { ByteWriter, type Endian, FormatError } from '../base/index.ts';
import { encodeOptions, optionCodes, parseOptions, textOption } from './block-options.ts';
import { CaptureReader } from './capture-reader.ts';
import { PcapEncoder } from './pcap-writer.ts';
import { PcapngEncoder } from './pcapng-writer.ts';
import { readCapture, readPackets } from './read-capture.ts';
import type { CaptureItem, Packet } from './types.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(joinPath(tmpdir(), 'tsbpf-pcap-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const concat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

function tool(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT')
      throw new Error(`${command} is needed: apt-get install ${command}`);
    throw error;
  }
}

function file(name: string, bytes: Uint8Array): string {
  const path = joinPath(directory, name);
  writeFileSync(path, bytes);
  return path;
}

const timeOf = (index: number): bigint => 1_700_000_000_123_456_789n + BigInt(index) * 1_000_001n;

function pcapFile(endian: Endian, unitsPerSecond: 1_000_000 | 1_000_000_000): Uint8Array {
  const encoder = new PcapEncoder({ endian, unitsPerSecond, snapLength: 65535 });
  return concat([
    encoder.header(),
    ...packets.map((data, index) => encoder.packet({ timestampNs: timeOf(index), data })),
  ]);
}

/** Every block type, two interfaces of different link types, options everywhere. */
function pcapngFile(endian: Endian): Uint8Array {
  const encoder = new PcapngEncoder(endian);
  const u32 = (value: number): Uint8Array => new ByteWriter(endian).u32(value).finish();
  const packetOptions = [
    textOption(optionCodes.comment, 'a comment'),
    { code: optionCodes.packet.flags, value: u32(1) },
  ];
  const simple = packets[12] as Uint8Array;
  const obsolete = packets[13] as Uint8Array;
  const old = new ByteWriter(endian)
    .u16(1)
    .u16(3)
    .u32(0)
    .u32(5_000_000)
    .u32(obsolete.byteLength - 14)
    .u32(obsolete.byteLength - 14);
  return concat([
    encoder.section([
      textOption(optionCodes.section.os, 'an OS'),
      textOption(optionCodes.section.application, 'a test'),
    ]),
    encoder.interface({ linkType: 1, snapLength: 0, name: 'eth0', description: 'the first', filter: 'tcp port 80' }),
    encoder.interface({ linkType: 101, name: 'tun0', timestampDigits: 6, options: [textOption(12, 'an OS')] }),
    ...packets.map((data, index) =>
      encoder.packet({ timestampNs: timeOf(index), data }, index % 3 ? {} : { options: packetOptions }),
    ),
    encoder.packet(
      { timestampNs: timeOf(7), data: (packets[0] as Uint8Array).subarray(14), originalLength: 999 },
      { interface: 1 },
    ),
    encoder.block(3, concat([u32(simple.byteLength), simple])),
    encoder.block(2, old.append(obsolete.subarray(14)).finish()),
    encoder.block(4, concat([u32(0)])),
    encoder.block(10, concat([u32(0x544c534b), u32(4), u32(0x41414141)])),
    encoder.block(0x0bad, concat([u32(1), u32(2)])),
    encoder.block(0x12345678, u32(0x11223344)),
    encoder.statistics({ interface: 0, timestampNs: timeOf(9), received: 5n, dropped: 1n }),
  ]);
}

async function itemsOf(bytes: Uint8Array, chunkBytes = bytes.byteLength): Promise<CaptureItem[]> {
  const chunks = Array.from({ length: Math.ceil(bytes.byteLength / chunkBytes) }, (_, index) =>
    bytes.slice(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const items: CaptureItem[] = [];
  for await (const item of readCapture(chunks)) items.push(item);
  return items;
}

const onlyPackets = (items: readonly CaptureItem[]): Packet[] =>
  items.filter((item): item is Packet => item.kind === 'packet');

const endians: readonly Endian[] = ['little', 'big'];

describe('pcap files', () => {
  for (const endian of endians) {
    for (const unitsPerSecond of [1_000_000, 1_000_000_000] as const) {
      test(`are read as they were written: ${endian} endian, ${unitsPerSecond} units a second`, async () => {
        const bytes = pcapFile(endian, unitsPerSecond);
        for (const chunkBytes of [1, 7, 100, bytes.byteLength]) {
          const items = await itemsOf(bytes, chunkBytes);
          expect(items[0]).toMatchObject({ kind: 'interface', interface: { linkType: 1, snapLength: 65535, endian } });
          const read = onlyPackets(items);
          expect(read.map(({ data }) => Buffer.from(data))).toEqual(packets.map((data) => Buffer.from(data)));
          const unit = unitsPerSecond === 1_000_000 ? 1000n : 1n;
          expect(read.map(({ timestampNs }) => timestampNs)).toEqual(
            packets.map((_, index) => timeOf(index) - (timeOf(index) % unit)),
          );
          expect(concat(items.map(({ raw }) => raw))).toEqual(bytes);
        }
      });

      test(`are read by tcpdump and tshark: ${endian} endian, ${unitsPerSecond} units a second`, () => {
        const path = file(`${endian}-${unitsPerSecond}.pcap`, pcapFile(endian, unitsPerSecond));
        expect(tool('tcpdump', ['-n', '-r', path, '--count']).trim()).toBe(`${packets.length} packets`);
        const fields = tool('tshark', ['-n', '-r', path, '-T', 'fields', '-e', 'frame.len', '-e', 'frame.time_epoch'])
          .trim()
          .split('\n');
        const digits = unitsPerSecond === 1_000_000 ? '123456000' : '123456789';
        expect(fields[0]).toBe(`${packets[0]?.byteLength}\t1700000000.${digits}`);
        expect(fields).toHaveLength(packets.length);
      });
    }
  }

  test('with the records of the patched libpcap, FCS bits and old orders of the lengths', async () => {
    const record = '00000001 00000002 00000004 00000008';
    const patched = hex(
      `a1b2cd34 0002 0004 00000000 00000000 0000ffff 00000001 ${record} 00000003 0800 00 00 01020304`,
    );
    expect(onlyPackets(await itemsOf(patched))).toMatchObject([
      { originalLength: 8, timestampNs: 1_000_002_000n, data: hex('01020304') },
    ]);
    const withFcs = hex(`a1b2c3d4 0002 0004 00000000 00000000 0000ffff 24000001 ${record} 01020304`);
    expect((await itemsOf(withFcs))[0]).toMatchObject({ interface: { linkType: 1, fcsBytes: 4 } });
    const old = hex(
      `a1b2c3d4 0002 0002 00000000 00000000 0000ffff 00000001 00000001 00000002 00000008 00000004 01020304`,
    );
    expect(onlyPackets(await itemsOf(old))).toMatchObject([{ originalLength: 8, data: hex('01020304') }]);
    const between = hex(`a1b2c3d4 0002 0003 00000000 00000000 0000ffff 00000001 ${record} 01020304`);
    expect(onlyPackets(await itemsOf(between))).toMatchObject([{ originalLength: 8, data: hex('01020304') }]);
  });

  test('cut packets to the snapshot length, as libpcap does', async () => {
    const bytes = hex(
      'a1b2c3d4 0002 0004 00000000 00000000 00000002 00000001 00000001 00000002 00000004 00000008 01020304',
    );
    expect(onlyPackets(await itemsOf(bytes))).toMatchObject([{ originalLength: 8, data: hex('0102') }]);
  });

  test('refuse unknown versions and magic numbers', async () => {
    await expect(itemsOf(hex('a1b2c3d4 0003 0000 00000000 00000000 0000ffff 00000001'))).rejects.toThrow(
      'version 3.0 is not known',
    );
    await expect(itemsOf(hex('01020304 0002 0004 00000000 00000000 0000ffff 00000001'))).rejects.toThrow(
      'neither pcap nor pcapng',
    );
    await expect(itemsOf(hex('a1b2'))).rejects.toThrow(FormatError);
    await expect(itemsOf(new Uint8Array(0))).rejects.toThrow(FormatError);
  });
});

describe('pcapng files', () => {
  for (const endian of endians) {
    test(`keep everything that was written: ${endian} endian`, async () => {
      const bytes = pcapngFile(endian);
      for (const chunkBytes of [5, 333, bytes.byteLength]) {
        const items = await itemsOf(bytes, chunkBytes);
        expect(concat(items.map(({ raw }) => raw))).toEqual(bytes);
        expect(items[0]).toMatchObject({ kind: 'section', endian });
        expect(items[1]).toMatchObject({
          interface: {
            index: 0,
            linkType: 1,
            name: 'eth0',
            description: 'the first',
            filter: 'tcp port 80',
            unitsPerSecond: 1_000_000_000n,
          },
        });
        expect(items[2]).toMatchObject({
          interface: { index: 1, linkType: 101, name: 'tun0', unitsPerSecond: 1_000_000n },
        });
        const read = onlyPackets(items);
        expect(read).toHaveLength(packets.length + 3);
        expect(read.slice(0, packets.length).map(({ timestampNs }) => timestampNs)).toEqual(
          packets.map((_, index) => timeOf(index)),
        );
        expect(read[packets.length]).toMatchObject({
          interface: { linkType: 101 },
          originalLength: 999,
          timestampNs: timeOf(7) - (timeOf(7) % 1000n),
        });
        expect(read[packets.length + 1]).toMatchObject({ interface: { linkType: 1 }, timestampNs: 0n });
        expect(read[packets.length + 2]).toMatchObject({ interface: { linkType: 101 }, timestampNs: 5_000_000_000n });
        expect(parseOptions((read[0] as Packet).options, endian)).toMatchObject([{ code: 1 }, { code: 2 }]);
        const others = items.filter((item) => item.kind === 'block');
        expect(others.map((item) => (item.kind === 'block' ? item.type : 0))).toEqual([4, 10, 0x0bad, 0x12345678, 5]);
      }
    });

    test(`are read by tshark: ${endian} endian`, () => {
      const path = file(`${endian}.pcapng`, pcapngFile(endian));
      const text = tool('tshark', [
        '-n',
        '-r',
        path,
        '-T',
        'fields',
        '-e',
        'frame.interface_name',
        '-e',
        'frame.len',
        '-e',
        'frame.comment',
      ]);
      // It counts the custom block as a frame of no interface.
      const rows = text
        .trimEnd()
        .split('\n')
        .filter((row) => !row.startsWith('\t'));
      expect(rows).toHaveLength(packets.length + 3);
      expect(rows[0]).toBe(`eth0\t${packets[0]?.byteLength}\ta comment`);
      expect(rows[packets.length]).toBe('tun0\t999\t');
    });
  }

  test('with several sections in both byte orders, each with its own interfaces', async () => {
    const bytes = concat([pcapngFile('little'), pcapngFile('big')]);
    const items = await itemsOf(bytes, 1000);
    expect(items.filter(({ kind }) => kind === 'section')).toMatchObject([{ endian: 'little' }, { endian: 'big' }]);
    expect(onlyPackets(items)).toHaveLength(2 * (packets.length + 3));
  });

  test('with timestamps of any resolution and offset', async () => {
    const encoder = new PcapngEncoder('big');
    const offset = { code: optionCodes.interface.offset, value: hex('0000000000000064') };
    const idb = (resolution: number): Uint8Array =>
      encoder.block(
        1,
        concat([
          hex('0001 0000 00000000'),
          encodeOptions([{ code: 9, value: Uint8Array.of(resolution) }, offset], 'big'),
        ]),
      );
    const epb = (id: string): Uint8Array => encoder.block(6, hex(`${id} 00000001 80000000 00000000 00000000`));
    const bytes = concat([
      encoder.section(),
      idb(0x80 | 31),
      idb(0),
      idb(12),
      epb('00000000'),
      epb('00000001'),
      epb('00000002'),
    ]);
    const ticks = 0x1_8000_0000n;
    expect(onlyPackets(await itemsOf(bytes)).map(({ timestampNs }) => timestampNs)).toEqual([
      103_000_000_000n,
      (ticks + 100n) * 1_000_000_000n,
      100_000_000_000n + ticks / 1000n,
    ]);
    await expect(itemsOf(concat([encoder.section(), idb(20)]))).rejects.toThrow('too fine');
    await expect(itemsOf(concat([encoder.section(), idb(0xc0)]))).rejects.toThrow('too fine');
  });

  test('refuse blocks that cannot be', async () => {
    const encoder = new PcapngEncoder('little');
    const section = encoder.section();
    const bad: readonly (readonly [Uint8Array, string])[] = [
      [encoder.block(6, new Uint8Array(20)), 'interface 0 has not been described'],
      [hex('06000000 0b000000 00000000'), 'is too small'],
      [hex('06000000 0e000000 00000000'), 'not a multiple of 4'],
      [hex('06000000 10000000 00000000 14000000'), 'differ'],
      [hex('06000000 fcffff7f 00000000 00000000'), 'larger than the most possible'],
      [encoder.block(0x0a0d0d0a, hex('4d3c2b1a 0200 0000 ffffffffffffffff')), 'version 2.0'],
      [encoder.block(0x0a0d0d0a, hex('01020304 0100 0000 ffffffffffffffff')), 'byte-order magic'],
      [
        concat([
          encoder.interface({ linkType: 1 }),
          encoder.block(6, hex('00000000 00000000 00000000 ffffff7f ffffff7f')),
        ]),
        'larger than the block',
      ],
      [encoder.block(1, hex('0100 0000 00000000 0200 ff00')), 'do not fit'],
      [encoder.block(1, hex('0100 0000')), 'too small for its type'],
    ];
    for (const [block, message] of bad) await expect(itemsOf(concat([section, block]))).rejects.toThrow(message);
  });
});

describe('damaged files', () => {
  const samples = (): Uint8Array[] => [
    ...endians.map((endian) => pcapFile(endian, 1_000_000)),
    ...endians.map(pcapngFile),
  ];

  test('cut at any byte give every packet before it, and then one FormatError unless a record ends there', async () => {
    for (const bytes of samples()) {
      const items = await itemsOf(bytes);
      const ends: number[] = [];
      let end = 0;
      for (const { raw } of items) {
        end += raw.byteLength;
        ends.push(end);
      }
      for (let size = 0; size < bytes.byteLength; size++) {
        const reader = new CaptureReader();
        reader.push(bytes.subarray(0, size));
        const read = [...reader.items()];
        expect(read).toHaveLength(ends.filter((at) => at <= size).length);
        if (ends.includes(size)) expect(() => reader.end()).not.toThrow();
        else expect(() => reader.end()).toThrow(FormatError);
      }
    }
  });

  test('give nothing but FormatError', () => {
    const random = randomNumbers(11);
    const good = samples();
    let failures = 0;
    for (let round = 0; round < 4000; round++) {
      const bad = damage(good[round % good.length] as Uint8Array, random, 64);
      const reader = new CaptureReader();
      reader.push(bad);
      try {
        for (const item of reader.items())
          if (item.kind === 'packet') parseOptions(item.options, item.interface.endian);
        reader.end();
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        failures++;
      }
    }
    expect(failures).toBeGreaterThan(1000);
  });

  test('with huge lengths make nothing huge', () => {
    const before = process.memoryUsage().arrayBuffers;
    const huge = hex(
      'a1b2c3d4 0002 0004 00000000 00000000 0000ffff 000000e7 00000001 00000002 07ffffff 07ffffff 01020304',
    );
    const reader = new CaptureReader();
    reader.push(huge);
    expect([...reader.items()]).toHaveLength(1);
    expect(() => reader.end()).toThrow('truncated');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  });
});

describe('compressed files', () => {
  const plain = (): Uint8Array => concat([pcapngFile('little'), pcapngFile('big')]);
  const countOf = async (bytes: Uint8Array): Promise<number> => {
    let count = 0;
    for await (const _ of readPackets(bytes)) count++;
    return count;
  };

  test('gzip, in one or several members', async () => {
    const expected = 2 * (packets.length + 3);
    expect(await countOf(gzipSync(plain()))).toBe(expected);
    expect(await countOf(concat([gzipSync(pcapngFile('little')), gzipSync(pcapngFile('big'))]))).toBe(expected);
  });

  test('zstd, in one or several frames', async () => {
    const { status, error } = spawnSync('zstd', ['--version']);
    if (error || status !== 0) throw new Error('zstd is needed: apt-get install zstd');
    const pack = (name: string, bytes: Uint8Array): Uint8Array => {
      const path = file(name, bytes);
      tool('zstd', ['-q', '-f', path, '-o', `${path}.zst`]);
      return readFileSync(`${path}.zst`);
    };
    const expected = 2 * (packets.length + 3);
    expect(await countOf(pack('whole', plain()))).toBe(expected);
    expect(await countOf(concat([pack('first', pcapngFile('little')), pack('second', pcapngFile('big'))]))).toBe(
      expected,
    );
    const cut = pack('whole', plain());
    await expect(countOf(cut.subarray(0, cut.byteLength - 20))).rejects.toThrow(FormatError);
    await expect(countOf(hex('28b52ffd 04 ff 00 00 00 00 00 00 00 00 00 00'))).rejects.toThrow('128 MiB');
  });

  test('that are damaged give the packets before it and then FormatError', async () => {
    const packed = gzipSync(plain());
    await expect(countOf(packed.subarray(0, packed.byteLength - 30))).rejects.toThrow(FormatError);
    const random = randomNumbers(3);
    for (let round = 0; round < 200; round++) {
      const bad = damage(packed, random, packed.byteLength);
      await countOf(bad).catch((error: unknown) => expect(error).toBeInstanceOf(FormatError));
    }
  });

  test('failures of the source stay what they are', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync(plain()).subarray(0, 100);
      throw new Error('disk on fire');
    }
    const reading = async (): Promise<void> => {
      for await (const _ of readPackets(failing()));
    };
    await expect(reading()).rejects.toThrow('disk on fire');
  });
});
