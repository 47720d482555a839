// Live captures with filters that the kernel takes as extended BPF only.

import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { useOwnNetwork } from '../../../test/support/own-network.ts';
import { openDescriptors } from '../../sys/index.ts';
import { captureLive } from './live.ts';

useOwnNetwork();

const port = 50_077;
const hosts = Array.from({ length: 5000 }, (_, i) => `127.77.${i >> 8}.${i & 255}`);

/** Sends one datagram to each address; whether anybody takes it does not matter. */
async function sendTo(addresses: readonly string[]): Promise<void> {
  const socket = createSocket('udp4');
  try {
    for (const address of addresses)
      await new Promise<void>((resolve, reject) =>
        socket.send('x', port, address, (error) => (error ? reject(error) : resolve())),
      );
  } finally {
    socket.close();
  }
}

test.each([
  ['a set of hosts looked up in a map', `udp dst port ${port} and dst host (${hosts.join(' or ')})`],
  ['a loop', `udp dst port ${port} and dst net 127.77.0.0/16 and ip protochain 17`],
])('%s filters in the kernel', async (_, expression) => {
  const before = openDescriptors().length;
  const seen: string[] = [];
  const abort = new AbortController();
  const wanted = hosts.filter((_, i) => i % 100 === 0);
  let start = (): void => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const capturing = captureLive({
    ...{ interface: 'lo', expression, signal: abort.signal, onStart: () => start() },
    onPacket: ({ data }) => {
      seen.push(data.subarray(30, 34).join('.'));
      return seen.length < wanted.length;
    },
  });
  await started;
  await sendTo(wanted.flatMap((address) => [address, address.replace('.77.', '.78.')]));
  const { received, dropped } = await capturing;
  // Each CPU hands on what was sent from it.
  expect(seen.sort()).toEqual(wanted.toSorted());
  // Those that the program let through; loopback shows each packet going out and coming in.
  expect(received).toBe(2 * wanted.length);
  expect(dropped).toBe(0);
  expect(openDescriptors()).toHaveLength(before);
});
