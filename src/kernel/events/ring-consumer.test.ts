import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/index.ts';
import { RingConsumer, type RingMemory } from './ring-consumer.ts';
import { UserRingProducer } from './user-ring-producer.ts';

const sizeBytes = 4096;

/** Ordinary memory in place of the kernel's; `mirror` does what the double mapping does. */
function ordinaryMemory(start = 0n): RingMemory & { mirror(): void } {
  const memory = {
    consumer: new Uint8Array(4096),
    producer: new Uint8Array(4096),
    data: new Uint8Array(2 * sizeBytes),
  };
  new DataView(memory.consumer.buffer).setBigUint64(0, start, true);
  new DataView(memory.producer.buffer).setBigUint64(0, start, true);
  let before = memory.data.slice();
  const mirror = (): void => {
    for (let at = 0; at < sizeBytes; at++) {
      const [low = 0, high = 0] = [memory.data[at], memory.data[at + sizeBytes]];
      const value = low === before[at] ? high : low;
      memory.data[at] = value;
      memory.data[at + sizeBytes] = value;
    }
    before = memory.data.slice();
  };
  return { ...memory, mirror };
}

const position = (bytes: Uint8Array): bigint => new DataView(bytes.buffer).getBigUint64(0, true);

function collect(consumer: RingConsumer, limit = Number.MAX_SAFE_INTEGER): Uint8Array[] {
  const records: Uint8Array[] = [];
  consumer.drain((ring, offset, length) => records.push(ring.slice(offset, offset + length)), limit);
  return records;
}

describe('RingConsumer', () => {
  test('gives what the producer wrote, over the end of the ring and over 2^32', () => {
    const anyRecord = fc.uint8Array({ minLength: 0, maxLength: 700 });
    const rounds = fc.array(fc.array(anyRecord, { maxLength: 8 }), { maxLength: 12 });
    const starts = fc.constantFrom(0n, 4088n, 0xffff_f000n, 0x7fff_fff8n, 0x1_ffff_fff8n);
    fc.assert(
      fc.property(starts, rounds, (start, written) => {
        const memory = ordinaryMemory(start);
        const producer = new UserRingProducer(memory);
        const consumer = new RingConsumer(memory);
        for (const round of written) {
          const accepted = round.filter((record) => {
            const done = producer.write(record);
            memory.mirror();
            return done;
          });
          expect(collect(consumer)).toEqual(accepted);
          expect(position(memory.consumer)).toBe(position(memory.producer));
          expect(consumer.state()).toBe('empty');
          expect(producer.freeBytes).toBe(sizeBytes);
        }
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  test('stops at a busy record and skips a discarded one', () => {
    const memory = ordinaryMemory();
    const producer = new UserRingProducer(memory);
    const consumer = new RingConsumer(memory);
    for (const value of [1, 2, 3]) producer.write(Uint8Array.of(value));
    const headers = new Int32Array(memory.data.buffer);
    headers[4] = 1 | 0x40000000; // discards the second
    headers[8] = 1 | (0x80000000 | 0); // the third is not finished
    expect(collect(consumer)).toEqual([Uint8Array.of(1)]);
    expect(consumer.state()).toBe('busy');
    expect(position(memory.consumer)).toBe(32n);
    headers[8] = 1;
    expect(consumer.state()).toBe('ready');
    expect(collect(consumer)).toEqual([Uint8Array.of(3)]);
  });

  test('keeps to the limit', () => {
    const memory = ordinaryMemory();
    const producer = new UserRingProducer(memory);
    const consumer = new RingConsumer(memory);
    for (let value = 0; value < 11; value++) producer.write(Uint8Array.of(value));
    expect(collect(consumer, 4)).toHaveLength(4);
    expect(position(memory.consumer)).toBe(64n);
    expect(collect(consumer, 4)).toHaveLength(4);
    expect(collect(consumer, 4).map((record) => record[0])).toEqual([8, 9, 10]);
  });

  test('publishes what was read when the sink throws', () => {
    const memory = ordinaryMemory();
    const producer = new UserRingProducer(memory);
    const consumer = new RingConsumer(memory);
    for (let value = 0; value < 3; value++) producer.write(Uint8Array.of(value));
    const failing = (): never => {
      throw new Error('sink');
    };
    expect(() => consumer.drain(failing, 10)).toThrow('sink');
    expect(position(memory.consumer)).toBe(16n);
    expect(collect(consumer).map((record) => record[0])).toEqual([1, 2]);
  });

  test('refuses to be drained from within the sink', () => {
    const memory = ordinaryMemory();
    new UserRingProducer(memory).write(Uint8Array.of(1));
    const consumer = new RingConsumer(memory);
    expect(() => consumer.drain(() => collect(consumer), 10)).toThrow(UsageError);
  });

  test('lets producers go on before the end of a long drain', () => {
    const memory = ordinaryMemory();
    const producer = new UserRingProducer(memory);
    const consumer = new RingConsumer(memory);
    while (producer.write(new Uint8Array(8)));
    let most = 0;
    let refill = 100;
    const count = consumer.drain(() => {
      most = Math.max(most, producer.freeBytes);
      if (refill > 0 && producer.freeBytes > 1000) {
        producer.write(new Uint8Array(8));
        memory.mirror();
        refill--;
      }
    }, 1000);
    expect(most).toBeGreaterThanOrEqual(sizeBytes / 8);
    expect(count).toBe(sizeBytes / 16 + 100);
  });
});

describe('UserRingProducer', () => {
  test('refuses what does not fit now, and says what can never fit', () => {
    const producer = new UserRingProducer(ordinaryMemory());
    expect(producer.write(new Uint8Array(sizeBytes - 8))).toBe(true);
    expect(producer.write(new Uint8Array(0))).toBe(false);
    expect(() => producer.write(new Uint8Array(sizeBytes))).toThrow('4096 bytes do not fit');
  });
});
