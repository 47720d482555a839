import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { packets } from '../../test/support/packets.ts';
import { FormatError, UsageError } from '../base/index.ts';
import { PcapEncoder } from '../pcap/index.ts';
import { captureVerb } from './capture.ts';
import { CommandLineError, parseInput } from './verb.ts';

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
  vi.spyOn(console, 'log').mockImplementation((text: unknown) => {
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

  test('-D lists the interfaces', async () => {
    const { output } = await capture('-D');
    expect(output).toMatch(/^lo +\w+$/m);
    expect(output).toMatch(/^any +all interfaces at once$/m);
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
