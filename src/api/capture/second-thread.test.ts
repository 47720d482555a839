import { execFileSync } from 'node:child_process';
import { ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PcapEncoder, PcapngEncoder } from '../../pcap/index.ts';
import { startEarly, startSecondThread } from './second-thread.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsbpf-second-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A file that begins so, of that size; all but its start takes no place. */
function sparseFile(name: string, start: Uint8Array, sizeBytes: number): string {
  const path = join(directory, name);
  const fd = openSync(path, 'w');
  writeSync(fd, start);
  ftruncateSync(fd, sizeBytes);
  return path;
}

const large = sparseFile('large.pcap', new PcapEncoder().header(), 2 ** 29);

/** Whether a second thread was started. */
function starts(start: () => ReturnType<typeof startSecondThread>): boolean {
  using thread = start();
  return thread !== undefined;
}

test('a second thread is started for large pcap files alone', () => {
  expect(starts(() => startSecondThread(large))).toBe(availableParallelism() > 1);
  const small = sparseFile('small.pcap', new PcapEncoder().header(), 2 ** 29 - 1);
  const pcapng = sparseFile('large.pcapng', new PcapngEncoder().section(), 2 ** 29);
  for (const path of [small, pcapng, '-', directory, join(directory, 'missing')])
    expect(starts(() => startSecondThread(path))).toBe(false);
});

test('the one that was started early is used, once', () => {
  startEarly(['-n', '-r', large, '--count']);
  const small = sparseFile('small.pcap', new PcapEncoder().header(), 24);
  // What it was started for is the same file, which is not looked at a second time.
  expect(starts(() => startSecondThread(small))).toBe(availableParallelism() > 1);
  expect(starts(() => startSecondThread(small))).toBe(false);
});

test('files that cannot be read, pipes, few packets and other command lines start none', () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const small = sparseFile('small.pcap', new PcapEncoder().header(), 24);
  const [missing, none] = [['-r', join(directory, 'missing')], ['-r']];
  const limited = [
    ['-r', large, '-c', '10'],
    ['-nc10', '-r', large],
    ['--limit=10', '-r', large],
  ];
  for (const args of [missing, ['-r', pipe], none, ['-i', large], [], ...limited]) {
    startEarly(args);
    expect(starts(() => startSecondThread(small))).toBe(false);
  }
});
