import { describe, expect, test } from 'vitest';
import { log2SlotRange } from '../base/index.ts';
import { type Column, formatHeader, formatRow, formatTable } from './columns.ts';
import { formatLog2Histogram } from './histogram.ts';
import { toJson } from './json.ts';
import { stopSignal } from './stop.ts';
import { printable, toText } from './text.ts';

describe('histograms', () => {
  // What BCC's print_log2_hist prints for these counts.
  test('print as BCC does', () => {
    expect(formatLog2Histogram([0, 0, 72693, 154011686035, 626010611840], 'usecs')).toBe(
      [
        '     usecs               : count     distribution',
        '         0 -> 1          : 0        |                                        |',
        '         2 -> 3          : 0        |                                        |',
        '         4 -> 7          : 72693    |                                        |',
        '         8 -> 15         : 154011686035 |*********                               |',
        '        16 -> 31         : 626010611840 |****************************************|',
      ].join('\n'),
    );
  });

  test('are wide from 2^32 on, with half the stars', () => {
    const slots = Array.from({ length: 33 }, (_, slot) => (slot === 3 ? 5 : slot === 32 ? 8 : 0));
    const lines = formatLog2Histogram(slots, 'nsecs').split('\n');
    expect(lines).toHaveLength(34);
    expect(lines[0]).toBe('               nsecs                         : count     distribution');
    expect(lines[4]).toBe('                   8 -> 15                   : 5        |************        |');
    expect(lines[33]).toBe('          4294967296 -> 8589934591           : 8        |********************|');
  });

  test('end at the last count, take 64-bit counts, and print nothing when empty', () => {
    expect(formatLog2Histogram([1n, 0n, 0n], 'x').split('\n')).toHaveLength(2);
    expect(formatLog2Histogram([0, 0], 'x')).toBe('');
    expect(formatLog2Histogram([], 'x')).toBe('');
  });

  test('know the bounds of their slots', () => {
    expect([0, 1, 10, 63].map(log2SlotRange)).toEqual([
      [0n, 1n],
      [2n, 3n],
      [1024n, 2047n],
      [1n << 63n, (1n << 64n) - 1n],
    ]);
  });
});

describe('columns', () => {
  const columns: readonly Column<{ pid: number; comm: string; path: string }>[] = [
    { title: 'PID', width: 6, align: 'right', value: ({ pid }) => pid },
    { title: 'COMM', width: 8, value: ({ comm }) => comm },
    { title: 'PATH', value: ({ path }) => path },
  ];

  test('line up under their titles; what is too long is not cut', () => {
    expect(formatHeader(columns)).toBe('   PID COMM     PATH');
    expect(formatRow(columns, { pid: 7, comm: 'bash', path: '/etc/passwd' })).toBe('     7 bash     /etc/passwd');
    expect(formatRow(columns, { pid: 1234567, comm: 'longer than it', path: '' })).toBe('1234567 longer than it');
  });

  test('show control characters', () => {
    expect(formatRow(columns, { pid: 1, comm: 'a\u001b[31m', path: 'x\ny' })).toBe('     1 a\\x1b[31m x\\ny');
  });

  test('of a whole table are as wide as their contents', () => {
    expect(
      formatTable(
        ['name', 'n'],
        [
          ['a', '1'],
          ['longer', '2'],
        ],
      ),
    ).toBe('name    n\na       1\nlonger  2');
  });
});

describe('values', () => {
  const value = { pid: 7, ts: 18446744073709551615n, comm: 'a"b\n', at: { x: [1, 2n] }, raw: Uint8Array.of(1, 171) };

  test('as JSON keep every digit and are JSON', () => {
    const json = toJson(value);
    expect(json).toBe('{"pid":7,"ts":18446744073709551615,"comm":"a\\"b\\n","at":{"x":[1,2]},"raw":"01ab"}');
    expect(() => JSON.parse(json)).not.toThrow();
    expect(toJson({ left: undefined, out: null })).toBe('{"out":null}');
    expect(toJson(Number.NaN)).toBe('null');
    expect(toJson(undefined)).toBe('null');
  });

  test('as text are one line', () => {
    expect(toText(value)).toBe('pid=7 ts=18446744073709551615 comm="a\\"b\\n" at={x=[1, 2]} raw=01 ab');
    expect(toText('plain\t')).toBe('plain\\t');
    expect(toText(['\u009b'])).toBe('["\\x9b"]');
    expect(printable('\u0000\u007f')).toBe('\\x00\\x7f');
  });
});

describe('stopping', () => {
  test('at the end of the duration', async () => {
    using stop = stopSignal({ durationSeconds: 0.01 });
    expect(stop.signal.aborted).toBe(false);
    await expect.poll(() => stop.signal.aborted).toBe(true);
  });

  test('by a signal; the handlers go with it', () => {
    const before = process.listenerCount('SIGINT');
    {
      using stop = stopSignal();
      expect(process.listenerCount('SIGINT')).toBe(before + 1);
      process.emit('SIGINT');
      expect(stop.signal.aborted).toBe(true);
    }
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
