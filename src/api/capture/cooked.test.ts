import { describe, expect, test } from 'vitest';
import { packets } from '../../../test/support/packets.ts';
import { compileFilter } from '../../filter/index.ts';
import { cookedHeaderBytes, programWithoutHeader } from '../../kernel/index.ts';
import { interpretClassic } from '../../vm/index.ts';

const cookedLinkType = 276;

/** A packet with the header of the cooked link type, as it is written to a file, and without it, as the kernel filters it. */
function cooked(frame: Uint8Array, index: number): { whole: Uint8Array; bare: Uint8Array; facts: object } {
  const bare = frame.subarray(14);
  const whole = new Uint8Array(cookedHeaderBytes + bare.byteLength);
  const view = new DataView(whole.buffer);
  const protocol = new DataView(frame.buffer, frame.byteOffset).getUint16(12);
  const [ifindex, pkttype] = [(index % 3) + 1, index % 5];
  view.setUint16(0, protocol);
  view.setInt32(4, ifindex);
  view.setUint16(8, 1);
  view.setUint8(10, pkttype);
  whole.set(bare, cookedHeaderBytes);
  return { whole, bare, facts: { protocol, ifindex, pkttype } };
}

describe('programWithoutHeader', () => {
  const expressions = [
    '',
    'ip',
    'tcp port 80',
    'port 53 or icmp',
    'ip6 and udp portrange 1-65535',
    'host 10.0.0.1',
    'arp',
    'inbound',
    'ifindex 2 and tcp',
    'tcp[tcpflags] & tcp-syn != 0',
    'ip[2:2] > 60',
    'not port 22 and not arp',
  ];
  test.each(expressions)('"%s" matches what it matches behind the header', (expression) => {
    const { instructions } = compileFilter(expression, { linkType: cookedLinkType, live: true });
    const moved = programWithoutHeader(instructions);
    if (!moved) throw new Error('the kernel could run it');
    let matches = 0;
    for (const [index, frame] of packets.entries()) {
      const { whole, bare, facts } = cooked(frame, index);
      const expected = interpretClassic(instructions)(whole) !== 0;
      expect(interpretClassic(moved)(bare, bare.byteLength, facts) !== 0).toBe(expected);
      if (expected) matches++;
    }
    expect(matches).toBeGreaterThan(0);
  });

  test('keeps as many bytes in all', () => {
    const { instructions } = compileFilter('ip', { linkType: cookedLinkType, live: true, snapLength: 96 });
    const { bare, facts } = cooked(packets[0] as Uint8Array, 0);
    expect(interpretClassic(programWithoutHeader(instructions) ?? [])(bare, 1000, facts)).toBe(96 - cookedHeaderBytes);
  });

  test('leaves to this process what the kernel does not tell the same way', () => {
    for (const expression of ['len > 100', 'link[8:2] = 1', 'link[tcp[0]] = 1']) {
      const { instructions } = compileFilter(expression, { linkType: cookedLinkType, live: true });
      expect(programWithoutHeader(instructions)).toBeUndefined();
    }
  });
});
