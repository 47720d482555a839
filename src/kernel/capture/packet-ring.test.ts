import { describe, expect, test } from 'vitest';
import { copyPacket, PacketRing, packetBytes, type RingPacket } from './packet-ring.ts';

const blockBytes = 4096;
const user = 1;

interface Frame {
  readonly data: readonly number[];
  readonly length?: number;
  readonly tag?: number;
  readonly protocol?: number;
  readonly status?: number;
  readonly type?: number;
}

/** What the kernel does: fills a block and hands it over. */
function fill(memory: Uint8Array, index: number, frames: readonly Frame[]): void {
  const view = new DataView(memory.buffer, index * blockBytes, blockBytes);
  let at = 48;
  view.setUint32(12, frames.length, true);
  view.setUint32(16, at, true);
  for (const { data, length = data.length, tag = 0, protocol = 0, status = 0, type = 0 } of frames) {
    const next = 82 + Math.ceil(data.length / 16) * 16;
    view.setUint32(at, next, true);
    view.setUint32(at + 4, 1000 + index, true);
    view.setUint32(at + 8, 5, true);
    view.setUint32(at + 12, data.length, true);
    view.setUint32(at + 16, length, true);
    view.setUint32(at + 20, status, true);
    view.setUint16(at + 24, 82, true);
    view.setUint32(at + 32, tag, true);
    view.setUint16(at + 36, protocol, true);
    view.setUint8(at + 58, type);
    new Uint8Array(memory.buffer, index * blockBytes + at + 82).set(data);
    at += next;
  }
  view.setUint32(8, user, true);
}

const status = (memory: Uint8Array, index: number): number =>
  new DataView(memory.buffer).getUint32(index * blockBytes + 8, true);

function copied(packet: RingPacket): number[] {
  const bytes = new Uint8Array(packetBytes(packet));
  copyPacket(packet, bytes, 0);
  return [...bytes];
}

function collect(ring: PacketRing, limit = Number.POSITIVE_INFINITY): number[][] {
  const packets: number[][] = [];
  ring.drain((packet) => packets.push(copied(packet)) < limit);
  return packets;
}

const head = Array.from({ length: 12 }, (_, index) => index);

describe('PacketRing', () => {
  test('knows how many packets were handed over, whoever has them now', () => {
    const memory = new Uint8Array(3 * blockBytes);
    const ring = new PacketRing(memory, blockBytes);
    expect(ring.handedOver).toBe(0);
    fill(memory, 0, [{ data: head }, { data: head }, { data: head }]);
    fill(memory, 1, [{ data: head }]);
    expect(ring.handedOver).toBe(4);
    collect(ring, 2);
    expect(ring.handedOver).toBe(4);
    fill(memory, 2, [{ data: head }, { data: head }]);
    collect(ring);
    fill(memory, 0, [{ data: head }]);
    expect(ring.handedOver).toBe(7);
  });

  test('takes blocks in turn, gives them back, and goes round', () => {
    const memory = new Uint8Array(3 * blockBytes);
    const ring = new PacketRing(memory, blockBytes);
    expect(ring.isReady).toBe(false);
    for (let round = 0; round < 7; round++) {
      fill(memory, round % 3, [{ data: [round, 1] }, { data: [round, 2, 3] }]);
      expect(ring.isReady).toBe(true);
      expect(collect(ring)).toEqual([
        [round, 1],
        [round, 2, 3],
      ]);
      expect(status(memory, round % 3)).toBe(0);
    }
  });

  test('stops where the sink wants no more, and goes on there', () => {
    const memory = new Uint8Array(2 * blockBytes);
    const ring = new PacketRing(memory, blockBytes);
    fill(memory, 0, [{ data: [1] }, { data: [2] }, { data: [3] }]);
    fill(memory, 1, [{ data: [4] }]);
    expect(collect(ring, 2)).toEqual([[1], [2]]);
    expect(status(memory, 0)).toBe(user);
    expect(collect(ring, 2)).toEqual([[3], [4]]);
    expect(ring.isReady).toBe(false);
  });

  test('tells times, lengths and direction, and skips empty blocks', () => {
    const memory = new Uint8Array(2 * blockBytes);
    const ring = new PacketRing(memory, blockBytes);
    fill(memory, 0, []);
    fill(memory, 1, [{ data: [9], length: 1500, type: 4 }]);
    ring.drain((packet) => {
      expect(packet).toMatchObject({
        captured: 1,
        length: 1500,
        seconds: 1001,
        nanoseconds: 5,
        vlan: 0,
        isOutgoing: true,
      });
      return true;
    });
    expect([status(memory, 0), status(memory, 1)]).toEqual([0, 0]);
  });

  test('puts a VLAN tag back behind the addresses, as libpcap does', () => {
    const memory = new Uint8Array(blockBytes);
    const ring = new PacketRing(memory, blockBytes);
    fill(memory, 0, [
      { data: [...head, 8, 0], tag: 0x6007, protocol: 0x88a8, status: (1 << 4) | (1 << 6) },
      { data: [...head, 8, 0], tag: 7 },
      { data: [...head, 8, 0], status: 1 << 4 },
      { data: [1, 2, 3], tag: 7, status: 1 << 4 },
      { data: [...head, 8, 0] },
    ]);
    expect(collect(ring)).toEqual([
      [...head, 0x88, 0xa8, 0x60, 7, 8, 0],
      [...head, 0x81, 0, 0, 7, 8, 0],
      [...head, 0x81, 0, 0, 0, 8, 0],
      [1, 2, 3],
      [...head, 8, 0],
    ]);
  });
});
