// A test of an XDP program, the same for both hosts: in the embedded machine anywhere, and on the kernel as root with
// TSBPF_HOST=kernel. Copy it and put your own program in.

import { kernelHost, load, openObject, vm } from 'tsbpf';
import { beforeAll, describe, expect, test } from 'vitest';

const host = process.env.TSBPF_HOST === 'kernel' ? kernelHost() : vm();
const pass = 2;
const drop = 1;

/** Ethernet, IPv4 and UDP headers and 4 bytes of data. */
function udpPacket(from: readonly number[], destinationPort: number): Uint8Array {
  const packet = new Uint8Array(14 + 20 + 8 + 4);
  const view = new DataView(packet.buffer);
  view.setUint16(12, 0x0800);
  packet.set([0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, ...from, 10, 0, 0, 1], 14);
  view.setUint16(34, 40_000);
  view.setUint16(36, destinationPort);
  view.setUint16(38, 12);
  return packet;
}

describe(`drop_udp on the ${host.kind}`, () => {
  let object: Awaited<ReturnType<typeof openObject>>;
  beforeAll(async () => {
    object = await openObject(new URL('./drop-udp.bpf.c', import.meta.url));
  }, 300_000);

  test('drops what goes to the port, and says so', async () => {
    await using session = await load(object, { host, globals: { port: 4711 } });
    const packet = udpPacket([192, 0, 2, 7], 4711);
    const result = session.program('drop_udp').run({ packet });
    expect(result.returnValue).toBe(drop);
    expect(result.packet).toEqual(packet);
    expect(result.events).toEqual([{ map: 'drops', value: { saddr: 0xc0000207, sport: 40_000, length: 12 } }]);
  });

  test('counts by sender', async () => {
    await using session = await load(object, { host });
    const program = session.program('drop_udp');
    for (let count = 0; count < 3; count++) program.run({ packet: udpPacket([192, 0, 2, 1], 53) });
    program.run({ packet: udpPacket([192, 0, 2, 2], 53) });
    expect(new Map(session.map('dropped_from'))).toEqual(
      new Map([
        [0xc0000201, 3n],
        [0xc0000202, 1n],
      ]),
    );
  });

  test('passes everything else', async () => {
    await using session = await load(object, { host });
    const program = session.program('drop_udp');
    const otherPort = udpPacket([192, 0, 2, 7], 54);
    const tcp = udpPacket([192, 0, 2, 7], 53);
    tcp[23] = 6;
    const short = udpPacket([192, 0, 2, 7], 53).slice(0, 40);
    for (const packet of [otherPort, tcp, short]) expect(program.run({ packet }).returnValue).toBe(pass);
    expect([...session.map('dropped_from')]).toEqual([]);
  });
});
