// The head of HTTP messages (RFC 9112).

import type { Layer, Rest } from './layers.ts';

const messageStart = /^(GET|POST|HEAD|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH|PROPFIND|HTTP\/\d)[ .]/;
const [tab, newline, carriageReturn] = [9, 10, 13];
const isText = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === tab;

/** A line of text and where the next one starts; undefined where there are other bytes than text before its end. */
function lineAt(bytes: Uint8Array, start: number): { line: string; next: number; isCut: boolean } | undefined {
  let end = start;
  while (end < bytes.length && isText(bytes[end] as number)) end++;
  const line = String.fromCharCode(...bytes.subarray(start, end));
  if (end === bytes.length) return { line, next: end, isCut: true };
  if (bytes[end] === newline) return { line, next: end + 1, isCut: false };
  const isEnd = bytes[end] === carriageReturn && bytes[end + 1] === newline;
  return isEnd ? { line, next: end + 2, isCut: false } : undefined;
}

/** Adds the first line, or all lines where details are wanted. */
export function decodeHttp({ bytes, wireLength: length, scope }: Rest, layers: Layer[]): void {
  const lines: string[] = [];
  let isCut = false;
  const isStart = messageStart.test(String.fromCharCode(...bytes.subarray(0, 16)));
  for (let at = 0; isStart && at < bytes.length && !isCut; ) {
    const found = lineAt(bytes, at);
    if (!found || (scope.detail === 0 && lines.length > 0)) break;
    lines.push(found.line);
    isCut = found.isCut;
    at = found.next;
  }
  layers.push({ protocol: 'http', lines, isCut, length });
}
