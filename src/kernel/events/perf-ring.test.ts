import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InternalError } from '../../base/index.ts';
import { PerfRing } from './perf-ring.ts';

const dataBytes = 4096;

/** Writes records as the kernel does: byte by byte around the end of the buffer. */
class Producer {
  readonly control = new Uint8Array(4096);
  readonly data = new Uint8Array(dataBytes);
  readonly #view = new DataView(this.control.buffer);

  constructor(start: bigint) {
    this.#view.setBigUint64(1024, start, true);
    this.#view.setBigUint64(1032, start, true);
  }

  get head(): bigint {
    return this.#view.getBigUint64(1024, true);
  }
  get tail(): bigint {
    return this.#view.getBigUint64(1032, true);
  }

  record(type: number, body: Uint8Array): boolean {
    const size = 8 + body.byteLength;
    if (Number(this.head - this.tail) + size > dataBytes) return false;
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, type, true);
    view.setUint16(6, size, true);
    bytes.set(body, 8);
    bytes.forEach((byte, index) => {
      this.data[
        Number(this.head % BigInt(dataBytes)) + index >= dataBytes
          ? Number(this.head % BigInt(dataBytes)) + index - dataBytes
          : Number(this.head % BigInt(dataBytes)) + index
      ] = byte;
    });
    this.#view.setBigUint64(1024, this.head + BigInt(size), true);
    return true;
  }

  sample(raw: Uint8Array): boolean {
    const length = Math.ceil((raw.byteLength + 4) / 8) * 8 - 4;
    const body = new Uint8Array(4 + length);
    new DataView(body.buffer).setUint32(0, length, true);
    body.set(raw, 4);
    return this.record(9, body);
  }

  lost(count: bigint): boolean {
    const body = new Uint8Array(16);
    new DataView(body.buffer).setBigUint64(8, count, true);
    return this.record(2, body);
  }
}

function collect(ring: PerfRing, limit = Number.MAX_SAFE_INTEGER): Uint8Array[] {
  const records: Uint8Array[] = [];
  ring.drain((bytes, offset, length) => records.push(bytes.slice(offset, offset + length)), limit);
  return records;
}

describe('PerfRing', () => {
  test('gives what the producer wrote, over the end of the buffer and over 2^32', () => {
    const records = fc.array(fc.uint8Array({ maxLength: 900 }), { maxLength: 9 });
    const starts = fc.constantFrom(0n, 4088n, 4080n, 0xffff_fff8n, 0x7fff_ff00n);
    fc.assert(
      fc.property(starts, fc.array(records, { maxLength: 10 }), (start, rounds) => {
        const producer = new Producer(start);
        const ring = new PerfRing(3, producer.control, producer.data);
        let lost = 0n;
        for (const round of rounds) {
          const accepted = round.filter((record) => producer.sample(record));
          if (producer.lost(BigInt(round.length))) lost += BigInt(round.length);
          const seen = collect(ring);
          expect(seen.map((record, index) => record.slice(0, accepted[index]?.byteLength))).toEqual(accepted);
          expect(ring.isEmpty).toBe(true);
          expect(producer.tail).toBe(producer.head);
          expect(ring.lost).toBe(lost);
        }
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  test('passes the CPU on, keeps to the limit, skips records of other types', () => {
    const producer = new Producer(0n);
    const ring = new PerfRing(5, producer.control, producer.data);
    for (let value = 0; value < 7; value++) {
      producer.record(8, new Uint8Array(8));
      producer.sample(Uint8Array.of(value));
    }
    const seen: number[] = [];
    expect(ring.drain((bytes, offset, _length, cpu) => seen.push(cpu * 100 + (bytes[offset] ?? 0)), 4)).toBe(4);
    expect(ring.isEmpty).toBe(false);
    expect(ring.drain((bytes, offset, _length, cpu) => seen.push(cpu * 100 + (bytes[offset] ?? 0)), 100)).toBe(3);
    expect(seen).toEqual([500, 501, 502, 503, 504, 505, 506]);
  });

  test('counts more lost samples than 2^32', () => {
    const producer = new Producer(0n);
    const ring = new PerfRing(0, producer.control, producer.data);
    producer.lost(0x1_0000_0003n);
    expect(collect(ring)).toEqual([]);
    expect(ring.lost).toBe(0x1_0000_0003n);
  });

  test('moves on when the sink throws', () => {
    const producer = new Producer(0n);
    const ring = new PerfRing(0, producer.control, producer.data);
    producer.sample(Uint8Array.of(1));
    producer.sample(Uint8Array.of(2));
    const failing = (): never => {
      throw new Error('sink');
    };
    expect(() => ring.drain(failing, 9)).toThrow('sink');
    expect(collect(ring).map((record) => record[0])).toEqual([2]);
  });

  test('does not hang on a damaged record', () => {
    const producer = new Producer(0n);
    const ring = new PerfRing(0, producer.control, producer.data);
    producer.sample(Uint8Array.of(1));
    producer.data[6] = 0;
    expect(() => collect(ring)).toThrow(InternalError);
  });
});
