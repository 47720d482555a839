import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileExecutable } from '../../../test/support/compile-c.ts';
import { UsageError } from '../../base/index.ts';
import type { InterfaceItem, Packet } from '../../pcap/index.ts';
import { callSystem, openDescriptors } from '../../sys/index.ts';
import { CaptureOutput } from './capture-output.ts';
import { type CaptureDirection, captureLive, type LiveTask } from './live.ts';

const run = promisify(execFile);
const prefix = `tsbpf-capture-${process.pid}`;
const [near, far] = [`${prefix}-a`, `${prefix}-b`];
const newNetwork = 0x4000_0000; // CLONE_NEWNET

let sender = '';

const ip = (...args: readonly string[]): string => execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' });

beforeAll(async () => {
  sender = await compileExecutable('src/api/capture/fixtures/sender.c', ['-O2']);
  ip('netns', 'add', near);
  ip('netns', 'add', far);
  ip('-n', near, 'link', 'add', 'cap0', 'type', 'veth', 'peer', 'name', 'cap1', 'netns', far);
  for (const [space, device, own, other] of [
    [near, 'cap0', 1, 2],
    [far, 'cap1', 2, 1],
  ] as const) {
    ip('-n', space, 'link', 'set', device, 'address', `02:00:00:00:00:0${own}`);
    ip('-n', space, 'address', 'add', `10.99.0.${own}/24`, 'dev', device);
    ip('-n', space, 'link', 'set', 'lo', 'up');
    ip('-n', space, 'link', 'set', device, 'up');
    // Nobody has to ask for addresses, which would hold packets up.
    const neighbour = ['lladdr', `02:00:00:00:00:0${other}`, 'nud', 'permanent'];
    ip('-n', space, 'neighbour', 'replace', `10.99.0.${other}`, ...neighbour, 'dev', device);
  }
});

afterAll(() => {
  for (const space of [near, far]) spawnSync('ip', ['netns', 'delete', space]);
});

function enter(path: string): void {
  const fd = openSync(path, 'r');
  try {
    callSystem('setns', [fd, newNetwork]);
  } finally {
    closeSync(fd);
  }
}

type Statistics = Awaited<ReturnType<typeof captureLive>>;

/** Starts a capture in a namespace, where its socket stays; the filter is in place when this returns. */
async function startIn(space: string, task: LiveTask): Promise<{ readonly ended: Promise<Statistics> }> {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  let ended: Promise<Statistics>;
  const start = new EventTarget();
  const started = once(start, 'started');
  const onStart = (item: InterfaceItem): void => {
    task.onStart?.(item);
    start.dispatchEvent(new Event('started'));
  };
  try {
    enter(`/run/netns/${space}`);
    ended = captureLive({ ...task, onStart }); // makes its socket before it waits for anything
  } finally {
    callSystem('setns', [home, newNetwork]);
    closeSync(home);
  }
  await Promise.race([started, ended]);
  return { ended };
}

/** A way that datagrams go; `device` is the one they leave by. */
interface Route {
  readonly from: string;
  readonly to: string;
  readonly address: string;
  readonly device: string;
}
const toFar: Route = { from: near, to: far, address: '10.99.0.2', device: 'cap0' };
const toNear: Route = { from: far, to: near, address: '10.99.0.1', device: 'cap1' };
const nearToItself: Route = { from: near, to: near, address: '127.0.0.1', device: 'lo' };

/** How many datagrams have come to a namespace, where nobody listens, behind what captures see. */
function arrivals(space: string): number {
  const lines = ip('netns', 'exec', space, 'cat', '/proc/net/snmp').split('\n');
  const [names = [], values = []] = lines.filter((line) => line.startsWith('Udp:')).map((line) => line.split(' '));
  return Number(values[names.indexOf('NoPorts')]);
}

/** How many packets found no room on the way to the other namespace. */
function losses({ from, device }: Route): number {
  const [link] = JSON.parse(ip('-n', from, '-s', '-j', 'link', 'show', device));
  return link.stats64.tx.dropped;
}

const longestWayMs = 120_000;

/** Sends datagrams, every second one to `port + 1`, and waits until all have come; the event loop stands still. Returns losses. */
function send(route: Route, port: number, count: number, rate = 10_000): number {
  const awaitAll = expectDatagrams(route, count);
  ip('netns', 'exec', route.from, sender, route.address, String(port), String(count), String(rate));
  return awaitAll();
}

/** Returns what waits until so many datagrams have come, and tells how many were lost on the way. */
function expectDatagrams(route: Route, count: number): () => number {
  const [before, lostBefore] = [arrivals(route.to), losses(route)];
  return () => {
    for (const end = performance.now() + longestWayMs; ; ) {
      const lost = losses(route) - lostBefore;
      const arrived = arrivals(route.to) - before;
      if (arrived + lost >= count) return lost;
      if (performance.now() > end) throw new Error(`${arrived} of ${count} datagrams have arrived`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  };
}

/** Captures while `traffic` goes on. */
async function captureDuring(
  space: string,
  task: Omit<LiveTask, 'signal'>,
  traffic: () => unknown,
): Promise<Statistics> {
  const abort = new AbortController();
  const { ended } = await startIn(space, { ...task, signal: abort.signal });
  try {
    await traffic();
  } finally {
    abort.abort();
  }
  return ended;
}

const sent = 200_000;
const hasTshark = process.env.TSBPF_QEMU !== '1';

describe('captureLive', () => {
  test('every matching packet of 100,000 a second is captured or counted as dropped; tshark reads the file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tsbpf-capture-'));
    const path = join(directory, 'live.pcap');
    try {
      const output = new CaptureOutput({ path, format: 'pcap' });
      let captured = 0;
      const seen = new Uint8Array(sent);
      const onPacket = (packet: Packet): boolean => {
        captured++;
        output.item(packet);
        const number = new DataView(packet.data.buffer, packet.data.byteOffset + 42).getUint32(0, true);
        seen[number] = (seen[number] ?? 0) + 1;
        return true;
      };
      const task = {
        interface: 'cap1',
        expression: 'udp and dst port 5001',
        onStart: (item: InterfaceItem): boolean => output.item(item),
        onPacket,
      };
      let lost = 0;
      const { received, dropped } = await captureDuring(far, task, async () => {
        const awaitAll = expectDatagrams(toFar, sent);
        // As fast as this machine can, up to 150,000 a second.
        await run('ip', ['netns', 'exec', near, sender, toFar.address, '5001', String(sent), '150000']);
        lost = awaitAll();
      });
      output[Symbol.dispose]();
      const matching = sent / 2;
      expect(captured + dropped).toBe(received);
      expect(received).toBeLessThanOrEqual(matching);
      expect(received).toBeGreaterThanOrEqual(matching - lost);
      expect(seen.filter((count) => count > 1)).toHaveLength(0);
      expect(seen.filter((count, number) => count > 0 && number % 2 === 1)).toHaveLength(0);
      if (!hasTshark) return; // tshark is not in the virtual machine
      const { stdout } = await run(
        'tshark',
        ['-r', path, '-Y', 'udp.dstport == 5001', '-T', 'fields', '-e', 'frame.len'],
        { maxBuffer: 64 << 20 },
      );
      expect(stdout.trim().split('\n')).toHaveLength(captured);
      expect(new Set(stdout.trim().split('\n'))).toEqual(new Set(['142']));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('a full ring drops, and the kernel counts it', async () => {
    let captured = 0;
    const onPacket = (): boolean => {
      captured++;
      return true;
    };
    const task = { interface: 'cap1', expression: 'udp port 5003', bufferBytes: 65536, onPacket };
    let lost = 0;
    const { dropped, received } = await captureDuring(far, task, () => {
      // Nothing is taken out while the event loop stands still.
      lost = send(toFar, 5003, 20_000, 1_000_000);
    });
    expect(captured).toBeLessThan(1000);
    expect(captured + dropped).toBe(received);
    expect(received).toBeLessThanOrEqual(10_000);
    expect(received).toBeGreaterThanOrEqual(10_000 - lost);
  });

  test('puts VLAN tags back where they were, and cuts to the snapshot length', async () => {
    const frameSender = await compileExecutable('src/api/capture/fixtures/send-frame.c');
    // The kernel takes the tag out of the frame before it reaches the socket, and keeps it beside it.
    const frame = `ffffffffffff020000000001${'8100'}${'6007'}${'88b5'}${'ab'.repeat(100)}`;
    const frames: string[] = [];
    const lengths: number[] = [];
    await captureDuring(
      far,
      {
        interface: 'cap1',
        expression: 'vlan 7',
        snapLength: 64,
        onPacket: ({ data, originalLength }) => {
          frames.push(Buffer.from(data).toString('hex'));
          lengths.push(originalLength);
          return true;
        },
      },
      () => {
        ip('netns', 'exec', near, frameSender, 'cap0', frame, '3');
        return expect.poll(() => frames.length).toBe(3);
      },
    );
    // 64 bytes were kept without the tag.
    expect(frames).toEqual(Array.from({ length: 3 }, () => frame.slice(0, 2 * 68)));
    expect(lengths).toEqual([118, 118, 118]);
  });

  test('ends when the sink wants no more, and leaks nothing', async () => {
    const before = openDescriptors().length;
    let captured = 0;
    const abort = new AbortController();
    const onPacket = (): boolean => ++captured < 5;
    const { ended } = await startIn(far, { interface: 'cap1', expression: 'udp', signal: abort.signal, onPacket });
    send(toFar, 5001, 100);
    await ended;
    expect(captured).toBe(5);
    expect(openDescriptors()).toHaveLength(before);
  });

  test('a packet that a loopback interface carries is captured once', async () => {
    const numbers: number[] = [];
    const onPacket = ({ data }: Packet): boolean => {
      numbers.push(new DataView(data.buffer, data.byteOffset + 42).getUint32(0, true));
      return true;
    };
    const task = { interface: 'lo', expression: 'udp dst port 5005', onPacket };
    await captureDuring(near, task, () => send(nearToItself, 5005, 10));
    // Each CPU hands on what was sent from it.
    expect(numbers.sort((a, b) => a - b)).toEqual([0, 2, 4, 6, 8]);
  });

  test('"any" sees all interfaces, each packet once, with interface, direction and addresses', async () => {
    const links = JSON.parse(ip('-n', near, '-j', 'link')) as { ifindex: number; ifname: string }[];
    const indexOf = (name: string): number | undefined => links.find(({ ifname }) => ifname === name)?.ifindex;
    for (const expression of ['udp dst port 5006', 'udp dst port 5006 and len > 100']) {
      const seen: string[] = [];
      const onPacket = ({ data, originalLength, interface: { linkType } }: Packet): boolean => {
        const view = new DataView(data.buffer, data.byteOffset);
        const [protocol, index, type] = [view.getUint16(0), view.getInt32(4), view.getUint8(10)];
        seen.push([linkType, protocol, index, type, originalLength, view.getUint16(20 + 20 + 2)].join(' '));
        return true;
      };
      const task = { interface: 'any', expression, onPacket };
      const { received, dropped } = await captureDuring(near, task, () => {
        send(nearToItself, 5006, 2);
        send(toFar, 5006, 2);
      });
      const [incoming, outgoing, size] = [0, 4, 20 + 20 + 8 + 100];
      expect(seen).toEqual([
        `276 2048 ${indexOf('lo')} ${incoming} ${size} 5006`,
        `276 2048 ${indexOf('cap0')} ${outgoing} ${size} 5006`,
      ]);
      expect(received).toBeGreaterThanOrEqual(seen.length);
      expect(dropped).toBe(0);
    }
  });

  test('takes packets of one direction, or of both', async () => {
    const seen = { in: [], out: [], inout: [] } as Record<CaptureDirection, string[]>;
    for (const direction of ['in', 'out', 'inout'] as const) {
      const onPacket = ({ data }: Packet): boolean => {
        seen[direction].push(data.subarray(26, 30).join('.'));
        return true;
      };
      const task = { interface: 'cap1', expression: 'udp dst port 5007', direction, onPacket };
      await captureDuring(far, task, () => {
        send(toFar, 5007, 2);
        send(toNear, 5007, 2);
      });
    }
    const [incoming, outgoing] = ['10.99.0.1', '10.99.0.2'];
    expect(seen).toEqual({ in: [incoming], out: [outgoing], inout: [incoming, outgoing] });
  });

  test('an unknown interface is told with the nearest name', async () => {
    const task = { expression: '', signal: AbortSignal.abort(), onPacket: () => true };
    await expect(captureLive({ ...task, interface: 'loo' })).rejects.toThrow(UsageError);
    await expect(captureLive({ ...task, interface: 'loo' })).rejects.toMatchObject({ hint: 'did you mean lo?' });
  });
});
