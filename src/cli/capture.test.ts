import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { packets } from '../../test/support/packets.ts';
import { interfaceByNumber } from '../api/index.ts';
import { FormatError, UsageError } from '../base/index.ts';
import { PcapEncoder } from '../pcap/index.ts';
import { captureVerb } from './capture.ts';
import { progressText } from './capture-progress.ts';
import { printLine } from './standard-output.ts';
import { CommandLineError, parseInput } from './verb.ts';

vi.mock('./standard-output.ts');

let directory = '';
const encoder = new PcapEncoder();
const bytes = Buffer.concat([
  encoder.header(),
  ...packets.map((data) => encoder.packet({ timestampNs: 1_000_000_000n, data })),
]);
const place = (name: string): string => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsbpf-verb-'));
  writeFileSync(place('in.pcap'), bytes);
  writeFileSync(place('in.pcap.gz'), gzipSync(bytes));
  writeFileSync(place('cut.pcap'), bytes.subarray(0, bytes.byteLength - 1));
  writeFileSync(place('cut.pcap.gz'), gzipSync(bytes.subarray(0, bytes.byteLength - 1)));
});
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the verb; what it printed, and the error it threw. */
async function capture(...args: readonly string[]): Promise<{ output: string; error: unknown }> {
  let output = '';
  vi.mocked(printLine).mockImplementation((text) => {
    output += `${text}\n`;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  try {
    await captureVerb.run(parseInput(captureVerb, args));
    return { output, error: undefined };
  } catch (error) {
    return { output, error };
  } finally {
    vi.restoreAllMocks();
  }
}

const ipv6Packets = packets.filter((packet) => packet[12] === 0x86 && packet[13] === 0xdd).length;

describe('tsbpf capture', () => {
  test('--count prints the number of matching packets and nothing else, before an error too', async () => {
    for (const name of ['in.pcap', 'in.pcap.gz']) {
      expect(await capture('-r', place(name), '--count', 'ip6')).toEqual({
        output: `${ipv6Packets}\n`,
        error: undefined,
      });
    }
    for (const name of ['cut.pcap', 'cut.pcap.gz']) {
      const { output, error } = await capture('-r', place(name), '--count');
      expect(output).toBe(`${packets.length - 1}\n`);
      expect(error).toBeInstanceOf(FormatError);
      expect(error).toHaveProperty('message', expect.stringContaining(`${place(name)}: pcap file: truncated`));
    }
  });

  test('-w copies the packets that match, with -c as many as asked', async () => {
    for (const name of ['in.pcap', 'in.pcap.gz']) {
      const copied = await capture('-r', place(name), '-w', place('out.pcap'), '-c', '3', 'ip6');
      expect(copied).toEqual({ output: '', error: undefined });
      expect(await capture('-r', place('out.pcap'), '--count')).toMatchObject({ output: '3\n' });
      expect(await capture('-r', place(name), '-w', place('all.pcap'))).toEqual({ output: '', error: undefined });
      expect(Buffer.compare(readFileSync(place('all.pcap')), bytes)).toBe(0);
    }
  });

  test('prints a line, or a JSON object, per packet', async () => {
    const { output } = await capture('-n', '-r', place('in.pcap'), 'icmp', 'and', 'icmp[0]', '=', '8');
    expect(output.replace(/^\S+ /, '')).toBe('IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 1, seq 2, length 24\n');
    const json = await capture('-r', place('in.pcap'), '--json');
    const objects = json.output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { captured: number; layers: unknown[] });
    expect(objects.map(({ captured }) => captured)).toEqual(packets.map(({ byteLength }) => byteLength));
    expect(objects[0]?.layers).toMatchObject([
      { protocol: 'ethernet' },
      { protocol: 'ipv4' },
      { protocol: 'tcp', flags: 'S' },
    ]);
  });

  test.each([
    '-t',
    '-tt',
    '-ttt',
    '-tttt',
    '-ttttt',
    '-#',
    '-q',
    '-v',
    '-vvx',
    '-S',
    '-e',
    '-x',
    '-XX',
    '-A',
    '-l',
    '-nnU',
  ])('prints what tcpdump %s prints', async (flag) => {
    const path = place('times.pcap');
    const times = [0n, 1_500_000_000n, 1_250_001_000n, 72_061_000_000_000n];
    const records = packets.map((data, index) =>
      encoder.packet({ timestampNs: 1_700_000_000_000_000_000n + (times[index % times.length] ?? 0n), data }),
    );
    writeFileSync(path, Buffer.concat([encoder.header(), ...records]));
    const expected = execFileSync('tcpdump', ['-n', flag, '-r', path], { encoding: 'utf8', stdio: 'pipe' });
    const { output, error } = await capture(flag, '-r', path);
    expect(error).toBeUndefined();
    expect(output).toBe(expected);
  });

  test('--print prints what is written as well; -F takes the expression from a file', async () => {
    writeFileSync(place('expression'), 'ip6\n');
    const { output } = await capture(
      '-r',
      place('in.pcap'),
      '-w',
      place('out.pcap'),
      '--print',
      '-F',
      place('expression'),
    );
    expect(output.split('\n').filter((line) => line.includes('IP6'))).toHaveLength(ipv6Packets);
    expect(await capture('-r', place('out.pcap'), '--count')).toMatchObject({ output: `${ipv6Packets}\n` });
  });

  test('-z runs a command on each file that a rotation has finished', async () => {
    writeFileSync(place('finished.sh'), '#!/bin/sh\nmv "$1" "$1.finished"\n', { mode: 0o755 });
    const { error } = await capture(
      '-r',
      place('in.pcap'),
      '-w',
      place('part-'),
      '-C',
      '0.002',
      '-z',
      place('finished.sh'),
    );
    expect(error).toBeUndefined();
    const rotated = (): string[] => readdirSync(directory).filter((name) => name.startsWith('part-'));
    await vi.waitUntil(() => rotated().filter((name) => !name.endsWith('.finished')).length === 1, 120_000);
    // The last file is not finished by a rotation.
    expect(rotated().length).toBeGreaterThan(2);
  });

  test('how far it is, is told in one line', () => {
    const state = { bytes: 250_000_000, totalBytes: 1_000_000_000, packets: 1_234_567 };
    expect(progressText(state, 500)).toBe('25 %, 1,234,567 packets, 500 MB/s');
    expect(progressText({ ...state, totalBytes: undefined }, 1000)).toBe('1,234,567 packets, 250 MB/s');
  });

  test('-i takes the numbers of -D', async () => {
    const { output } = await capture('-D');
    for (const [, number = '', name] of output.matchAll(/^ *(\d+) (\S+)/gm))
      expect(interfaceByNumber(number)).toBe(name);
    expect(interfaceByNumber('lo')).toBe('lo');
    expect(() => interfaceByNumber('999')).toThrow(UsageError);
  });

  test('-D lists the interfaces', async () => {
    const { output } = await capture('-D');
    expect(output).toMatch(/^ *\d+ lo +\w+$/m);
    expect(output).toMatch(/^ *\d+ any +all interfaces at once$/m);
  });

  test('tells what is wrong with the command line, and keeps the input', async () => {
    const wrong: readonly (readonly string[])[] = [
      [],
      ['-r', place('in.pcap'), '-i', 'lo'],
      ['-r', place('in.pcap'), '-w', place('in.pcap')],
      ['-r', place('in.pcap'), '--count', '-w', place('x')],
      ['-r', place('in.pcap'), '-W', '3', '-w', place('x')],
      ['-r', place('in.pcap'), '-C', '1'],
      ['-r', place('in.pcap'), '-c', '0'],
      ['-r', place('in.pcap'), '-c', '1.5'],
      ['-r', place('in.pcap'), '-s', '300000'],
      ['-r', place('in.pcap'), '-C', '0', '-w', place('x')],
      ['-r', place('in.pcap'), '-z', 'true'],
      ['-r', place('in.pcap'), '-c', '5000000000'],
      ['-r', place('in.pcap'), '--format', 'erf', '-w', place('x')],
      ['-r', place('in.pcap'), '-tttttt'],
      ['-r', place('in.pcap'), '-Q', 'up'],
      ['-r', place('in.pcap'), '-F', place('in.pcap'), 'tcp'],
      ['-r', place('in.pcap'), '--print', '-w', '-'],
    ];
    for (const args of wrong) expect((await capture(...args)).error).toBeInstanceOf(CommandLineError);
    expect((await capture('-r', place('missing.pcap'))).error).toBeInstanceOf(UsageError);
    expect(Buffer.compare(readFileSync(place('in.pcap')), bytes)).toBe(0);
  });
});
