import { writeSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { printLine } from './standard-output.ts';

vi.mock('node:fs', () => ({ writeSync: vi.fn() }));
afterEach(() => {
  vi.restoreAllMocks();
});

test('a line goes out without the stream, or where that does not work with it', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  printLine('148');
  expect(writeSync).toHaveBeenCalledExactlyOnceWith(1, '148\n');
  expect(log).not.toHaveBeenCalled();
  vi.mocked(writeSync).mockImplementation(() => {
    throw Object.assign(new Error('busy'), { code: 'EAGAIN' });
  });
  printLine('149');
  expect(log).toHaveBeenCalledExactlyOnceWith('149');
});

test('what a pipe might take in parts goes to the stream', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.mocked(writeSync).mockClear();
  const text = 'x'.repeat(5000);
  printLine(text);
  expect(writeSync).not.toHaveBeenCalled();
  expect(log).toHaveBeenCalledExactlyOnceWith(text);
});
