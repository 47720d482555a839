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

const ip = (...args: readonly string[]): void => {
  execFileSync('ip', args, { stdio: 'pipe' });
};

beforeAll(() => {
  ip('netns', 'add', near);
  ip('netns', 'add', far);
  ip('-n', near, 'link', 'add', 'cap0', 'type', 'veth', 'peer', 'name', 'cap1', 'netns', far);
  ip('-n', near, 'address', 'add', '10.99.0.1/24', 'dev', 'cap0');
  ip('-n', far, 'address', 'add', '10.99.0.2/24', 'dev', 'cap1');
  for (const [space, device] of [
    [near, 'cap0'],
    [far, 'cap1'],
  ] as const) {
    ip('-n', space, 'link', 'set', 'lo', 'up');
    ip('-n', space, 'link', 'set', device, 'up');
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

const inNear = (command: string, ...args: readonly string[]): Promise<{ stdout: string }> =>
  run('ip', ['netns', 'exec', near, command, ...args]);

/** What was sent may still be on its way when its sender has ended. */
const quietMs = 200;

/** Captures while `traffic` goes on, and until `quietMs` after it. */
async function captureDuring(
  space: string,
  task: Omit<LiveTask, 'signal'>,
  traffic: () => unknown,
): Promise<Statistics> {
  const abort = new AbortController();
  const { ended } = await startIn(space, { ...task, signal: abort.signal });
  try {
    await traffic();
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  } finally {
    abort.abort();
  }
  return ended;
}

const sent = 200_000;
const hasTshark = process.env.TSBPF_QEMU !== '1';

describe('captureLive', () => {
  test('every matching packet of 100,000 a second is captured or counted as dropped; tshark reads the file', async () => {
    const sender = await compileExecutable('src/api/capture/fixtures/sender.c', ['-O2']);
    const directory = mkdtempSync(join(tmpdir(), 'tsbpf-capture-'));
    const path = join(directory, 'live.pcap');
    try {
      const output = new CaptureOutput({ path, format: 'pcap' });
      let captured = 0;
      const seen = new Uint8Array(sent);
      let reported = '';
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
      const statistics = await captureDuring(far, task, async () => {
        const { stdout } = await inNear(sender, '10.99.0.2', '5001', String(sent), '150000');
        reported = stdout;
      });
      output[Symbol.dispose]();
      const matching = sent / 2;
      // As fast as this machine can, up to 150,000 a second.
      expect(Number(reported)).toBeGreaterThan(0);
      expect(captured + statistics.dropped).toBe(matching);
      expect(statistics.received).toBe(matching);
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
    const sender = await compileExecutable('src/api/capture/fixtures/sender.c', ['-O2']);
    let captured = 0;
    const onPacket = (): boolean => {
      captured++;
      return true;
    };
    const task = { interface: 'cap1', expression: 'udp port 5003', bufferBytes: 65536, onPacket };
    const { dropped, received } = await captureDuring(far, task, () => {
      // Nothing is taken out while the event loop stands still.
      execFileSync('ip', ['netns', 'exec', near, sender, '10.99.0.2', '5003', '20000', '1000000']);
    });
    expect(dropped).toBeGreaterThan(5000);
    expect(captured + dropped).toBe(10_000);
    expect(received).toBe(10_000);
  });

  test('puts VLAN tags back where they were, and cuts to the snapshot length', async () => {
    const sender = await compileExecutable('src/api/capture/fixtures/send-frame.c');
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
      () => inNear(sender, 'cap0', frame, '3'),
    );
    // 64 bytes were kept without the tag.
    expect(frames).toEqual(Array.from({ length: 3 }, () => frame.slice(0, 2 * 68)));
    expect(lengths).toEqual([118, 118, 118]);
  });

  test('ends when the sink wants no more, and leaks nothing', async () => {
    const sender = await compileExecutable('src/api/capture/fixtures/sender.c', ['-O2']);
    const before = openDescriptors().length;
    let captured = 0;
    const abort = new AbortController();
    const onPacket = (): boolean => ++captured < 5;
    const { ended } = await startIn(far, { interface: 'cap1', expression: 'udp', signal: abort.signal, onPacket });
    await inNear(sender, '10.99.0.2', '5001', '100', '10000');
    await ended;
    expect(captured).toBe(5);
    expect(openDescriptors()).toHaveLength(before);
  });

  test('a packet that a loopback interface carries is captured once', async () => {
    const sender = await compileExecutable('src/api/capture/fixtures/sender.c', ['-O2']);
    const numbers: number[] = [];
    const onPacket = ({ data }: Packet): boolean => {
      numbers.push(new DataView(data.buffer, data.byteOffset + 42).getUint32(0, true));
      return true;
    };
    const task = { interface: 'lo', expression: 'udp dst port 5005', onPacket };
    await captureDuring(near, task, () => inNear(sender, '127.0.0.1', '5005', '10', '10000'));
    expect(numbers).toEqual([0, 2, 4, 6, 8]);
  });

  test('"any" sees all interfaces, each packet once, with interface, direction and addresses', async () => {
    const sender = await compileExecutable('src/api/capture/fixtures/sender.c', ['-O2']);
    const links = JSON.parse((await inNear('ip', '-j', 'link')).stdout) as { ifindex: number; ifname: string }[];
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
      const { received, dropped } = await captureDuring(near, task, async () => {
        await inNear(sender, '127.0.0.1', '5006', '2', '10000');
        await inNear(sender, '10.99.0.2', '5006', '2', '10000');
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
    const sender = await compileExecutable('src/api/capture/fixtures/sender.c', ['-O2']);
    const seen = { in: [], out: [], inout: [] } as Record<CaptureDirection, string[]>;
    for (const direction of ['in', 'out', 'inout'] as const) {
      const onPacket = ({ data }: Packet): boolean => {
        seen[direction].push(data.subarray(26, 30).join('.'));
        return true;
      };
      const task = { interface: 'cap1', expression: 'udp dst port 5007', direction, onPacket };
      await captureDuring(far, task, async () => {
        await inNear(sender, '10.99.0.2', '5007', '2', '10000');
        await run('ip', ['netns', 'exec', far, sender, '10.99.0.1', '5007', '2', '10000']);
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
