// Splitting a stream into lines.

import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

async function* chunks(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

async function lines(...texts: (string | Uint8Array)[]): Promise<string[]> {
  const all: string[] = [];
  for await (const some of linesOf(chunks(...texts))) all.push(...some);
  return all;
}

test('lines end at line feeds, with or without a carriage return', async () => {
  expect(await lines('ip\r\n\ntcp\n', 'udp')).toEqual(['ip', '', 'tcp', 'udp']);
  expect(await lines('')).toEqual([]);
  expect(await lines('\n')).toEqual(['']);
});

test('nothing else ends a line', async () => {
  expect(await lines('a\0b\u2028c\rd\ve\n')).toEqual(['a\0b\u2028c\rd\ve']);
});

test('lines and letters may be spread over chunks', async () => {
  const bytes = new TextEncoder().encode('h\u00f6st\n');
  expect(await lines(bytes.subarray(0, 2), bytes.subarray(2))).toEqual(['h\u00f6st']);
  expect(await lines('i', 'p', '\r', '\nx', 'y')).toEqual(['ip', 'xy']);
});
