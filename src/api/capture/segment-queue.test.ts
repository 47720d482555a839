import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damage, randomNumbers } from '../../../test/support/damage.ts';
import { packets } from '../../../test/support/packets.ts';
import { PcapEncoder } from '../../pcap/index.ts';
import { type Filtered, filterFast } from './fixtures/both-ways.ts';
import { SecondThread } from './second-thread.ts';
import { SegmentQueue } from './segment-queue.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsbpf-segments-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const segmentBytes = 1 << 16;
const expression = 'ip6 or tcp port 80';

/** Filters with two threads and with one: the same has to come out. How many segments the first thread took is told as well. */
async function bothWays(bytes: Uint8Array): Promise<Filtered & { ownSegments: number }> {
  const path = join(directory, 'in.pcap');
  writeFileSync(path, bytes);
  const thread = new SecondThread();
  await thread.isOnline;
  using queue = new SegmentQueue(thread, segmentBytes);
  const shared = await filterFast(path, expression, { queue });
  const alone = await filterFast(path, expression);
  expect({ ...shared, written: 0 }).toEqual({ ...alone, written: 0 });
  expect(alone.written && shared.written?.equals(alone.written)).toBe(true);
  return { ...shared, ownSegments: queue.ownSegments };
}

/** A file of about so many bytes; `payload` fills what the frames leave free. */
function pcapBytes(size: number, payload: (data: Uint8Array) => void, endian: 'little' | 'big' = 'little'): Uint8Array {
  const random = randomNumbers(size);
  const encoder = new PcapEncoder({ endian });
  const parts: Uint8Array[] = [encoder.header()];
  for (let index = 0, total = 0; total < size; index++) {
    const frame = packets[Math.floor(random() * packets.length)] as Uint8Array;
    const data = new Uint8Array(frame.byteLength + Math.floor(random() * 1400));
    payload(data);
    data.set(frame);
    parts.push(encoder.packet({ timestampNs: BigInt(index) * 1_000_000n, data }));
    total += data.byteLength + 16;
  }
  return Uint8Array.from(Buffer.concat(parts));
}

const zeros = (): void => undefined;

describe('two threads', () => {
  test.each(['little', 'big'] as const)(
    'find and write what one does, and share the work (%s endian)',
    async (endian) => {
      const size = 600 * segmentBytes;
      const bytes = pcapBytes(size, zeros, endian);
      // On a busy machine one of them may be through before the other has its turn.
      const isShared = async (): Promise<boolean> => {
        const { matches, packets: count, ownSegments } = await bothWays(bytes);
        expect(matches).toBeGreaterThan(count / 20);
        expect(matches).toBeLessThan(count);
        // The rest is the second thread's.
        return ownSegments > 0 && ownSegments < size / segmentBytes - 10;
      };
      await expect.poll(isShared).toBe(true);
    },
  );

  test('are not misled by packets that hold capture files', async () => {
    const inner = pcapBytes(1 << 16, zeros).subarray(24);
    const random = randomNumbers(7);
    await bothWays(
      pcapBytes(1 << 22, (data) => {
        const start = Math.floor(random() * (inner.byteLength - data.byteLength));
        data.set(inner.subarray(start, start + data.byteLength));
      }),
    );
    // Every 17 bytes of these packets seem to begin a record, and the chain of records goes on to the packets' end.
    const tiny = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
    const fill = (data: Uint8Array): void => {
      for (let at = 0; at < data.byteLength; at++) data[at] = tiny[at % tiny.length] ?? 0;
    };
    await bothWays(pcapBytes(1 << 21, fill));
  });

  test('take packets larger than a segment, and small files', async () => {
    const encoder = new PcapEncoder();
    const large = new Uint8Array(3 * segmentBytes + 17);
    large.set(packets[0] as Uint8Array);
    const records = Array.from({ length: 20 }, (_, index) =>
      encoder.packet({ timestampNs: 0n, data: index % 3 === 0 ? large : (packets[0] as Uint8Array) }),
    );
    expect((await bothWays(Uint8Array.from(Buffer.concat([encoder.header(), ...records])))).packets).toBe(20);
    expect((await bothWays(encoder.header())).packets).toBe(0);
  });

  test('stop where a file is damaged, with the same error', async () => {
    const random = randomNumbers(3);
    const whole = pcapBytes(12 * segmentBytes, zeros);
    let faults = 0;
    for (let round = 0; round < 30; round++) {
      const bytes = damage(whole, random);
      bytes.set(whole.subarray(0, 24));
      if ((await bothWays(bytes)).fault) faults++;
    }
    expect(faults).toBeGreaterThan(5);
    expect((await bothWays(whole.subarray(0, whole.byteLength - 3))).fault?.message).toContain('truncated');
  });
});
