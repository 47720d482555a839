// Tools of BCC at work: their texts, attached as they attach them, see what this test does.

import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BccSession } from '../../src/api/index.ts';
import { recordTexts } from '../bcc/recorded-texts.ts';
import { startTool } from '../bcc/replay-attachments.ts';

const hasKprobes = existsSync('/sys/bus/event_source/devices/kprobe');

beforeAll(() => {
  if (process.env.TSBPF_QEMU !== '1') recordTexts();
}, 3_600_000);

/** A connection over the loopback, made and ended; its port. */
async function connection(): Promise<number> {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1', 17);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = createConnection(port, '127.0.0.1').resume();
  await once(client, 'close');
  server.close();
  return port;
}

const loopback = 0x0100007f;
const pid = process.pid;
const ofThisProcess = { pid };

interface Case {
  readonly tool: string;
  readonly buffer: string;
  /** What to do; what it returns goes to `expected`. */
  readonly stimulus: () => unknown;
  /** Members of one of the records. */
  readonly expected: (result: never) => Readonly<Record<string, unknown>>;
}

const anywhere: readonly Case[] = [
  {
    tool: 'exitsnoop',
    buffer: 'events',
    stimulus: () => spawnSync('/bin/sh', ['-c', 'exit 3']).pid,
    expected: (child: number) => ({ pid: child, ppid: pid, exit_code: 3, task: 'sh' }),
  },
  {
    tool: 'tcplife',
    buffer: 'ipv4_events',
    stimulus: connection,
    expected: () => ({ saddr: loopback, daddr: loopback, rx_b: 6n }),
  },
  {
    tool: 'tcpstates',
    buffer: 'ipv4_events',
    stimulus: connection,
    expected: (port: number) => ({ ports: (port << 16) >>> 0, oldstate: 7, newstate: 10 }),
  },
  {
    tool: 'gethostlatency',
    buffer: 'events',
    // Whether it is found does not matter.
    stimulus: () => lookup('localhost').catch(() => {}),
    expected: () => ({ host: 'localhost' }),
  },
];

const withKprobes: readonly Case[] = [
  {
    tool: 'killsnoop',
    buffer: 'events',
    stimulus: () => process.kill(pid, 0),
    expected: () => ({ ...ofThisProcess, tpid: pid, sig: 0, ret: 0 }),
  },
  {
    tool: 'tcpconnect',
    buffer: 'ipv4_events',
    stimulus: connection,
    expected: (port: number) => ({ ...ofThisProcess, saddr: loopback, daddr: loopback, dport: port }),
  },
  {
    tool: 'execsnoop',
    buffer: 'events',
    stimulus: () => spawnSync('/bin/sh', ['-c', ': an argument']).pid,
    expected: (child: number) => ({ pid: child, ppid: pid, argv: ': an argument' }),
  },
  {
    tool: 'solisten',
    buffer: 'listen_evt',
    stimulus: connection,
    expected: (port: number) => ({ ...ofThisProcess, backlog: 17, lport: BigInt(port), proto: (2n << 16n) | 1n }),
  },
  {
    tool: 'bindsnoop',
    buffer: 'ipv4_bind_events',
    stimulus: connection,
    expected: () => ({ ...ofThisProcess, saddr: loopback, protocol: 6, return_code: 0 }),
  },
  {
    tool: 'syncsnoop',
    buffer: 'events',
    stimulus: () => spawnSync('/bin/sync'),
    expected: () => ({}),
  },
  {
    tool: 'capable',
    buffer: 'events',
    stimulus: () => spawnSync('/bin/sh', ['-c', ':'], { uid: 0, gid: 0 }),
    expected: () => ({}),
  },
];

async function recordsOf({ tool, buffer, stimulus, expected }: Case): Promise<void> {
  await using b = await startTool(tool);
  const records: unknown[] = [];
  b.openPerfBuffer(buffer, (record) => records.push(record));
  const wanted = expect.objectContaining(expected((await stimulus()) as never));
  const poll = async (): Promise<unknown> => {
    await b.perfBufferPoll(0);
    return records;
  };
  await expect.poll(poll).toContainEqual(wanted);
}

const title = (cases: readonly Case[]): [string, Case][] => cases.map((one) => [one.tool, one]);

describe('tools that need no kprobes', () => {
  it.each(title(anywhere))('%s', (_tool, one) => recordsOf(one));

  it('syscount', async () => {
    await using b = await startTool('syscount');
    for (let i = 0; i < 100; i++) statSync('/proc/self/stat');
    const counts = b
      .table('data')
      .items()
      .map(([, count]) => count as bigint);
    expect(counts.some((count) => count >= 100n)).toBe(true);
  });

  it('runqlat', async () => {
    await using b = await startTool('runqlat');
    const total = (): bigint =>
      b
        .table('dist')
        .items()
        .reduce((sum, [, count]) => sum + (count as bigint), 0n);
    for (let i = 0; i < 5; i++) spawnSync('/bin/true');
    await expect.poll(total).toBeGreaterThan(5n);
  });

  it('profile', async () => {
    await using b = await startTool('profile');
    const work = (): boolean => {
      for (const end = performance.now() + 200; performance.now() < end; );
      return stacks(b);
    };
    await expect.poll(work).toBe(true);
  });
});

/** Is there a stack of this process with functions that have names? */
function stacks(b: BccSession): boolean {
  const stacks_ = b.table('stack_traces');
  return b
    .table('counts')
    .items()
    .map(([key]) => key as { pid: number; user_stack_id: number })
    .filter((key) => key.pid === pid)
    .flatMap((key) => stacks_.walk(key.user_stack_id))
    .some((address) => b.sym(address, pid, { showModule: true, showOffset: true }) !== '[unknown]');
}

describe.runIf(hasKprobes)('tools that need kprobes', () => {
  it.each(title(withKprobes))('%s', (_tool, one) => recordsOf(one));
});
