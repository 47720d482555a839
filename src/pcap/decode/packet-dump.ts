// The bytes of a packet in hexadecimal, as characters or both, as tcpdump writes them behind its line.

import type { Layer } from './layers.ts';

/** How bytes are shown. */
export type DumpStyle = 'hex' | 'hex-and-characters' | 'characters';

const bytesPerLine = 16;
const hexWidth = 40;
const isGraphic = (byte: number): boolean => byte > 0x20 && byte < 0x7f;

function hexLines(data: Uint8Array, hasCharacters: boolean): string {
  const lines: string[] = [];
  for (let at = 0; at < data.byteLength; at += bytesPerLine) {
    const row = data.subarray(at, at + bytesPerLine);
    const bytes = Array.from(row, (byte, index) => `${index % 2 ? '' : ' '}${byte.toString(16).padStart(2, '0')}`);
    const characters = Array.from(row, (byte) => (isGraphic(byte) ? String.fromCharCode(byte) : '.')).join('');
    const hex = bytes.join('');
    const offset = at.toString(16).padStart(4, '0');
    lines.push(`\n\t0x${offset}: ${hasCharacters ? `${hex.padEnd(hexWidth)}  ${characters}` : hex}`);
  }
  return lines.join('');
}

/** Text keeps its spaces, tabs and ends of lines. */
function characters(data: Uint8Array): string {
  const [tab, newline, space, carriageReturn] = [9, 10, 32, 13];
  let text = '\n';
  data.forEach((byte, at) => {
    // Where it ends a line, a carriage return is left out.
    if (byte === carriageReturn && (at + 1 === data.byteLength || data[at + 1] === newline)) return;
    const isShown = isGraphic(byte) || byte === tab || byte === newline || byte === space;
    text += isShown ? String.fromCharCode(byte) : '.';
  });
  return text;
}

const styles: Readonly<Record<DumpStyle, (data: Uint8Array) => string>> = {
  hex: (data) => hexLines(data, false),
  'hex-and-characters': (data) => hexLines(data, true),
  characters,
};

/** Lines to put behind a packet's: each begins with its own end of line. */
export function dumpPacket(data: Uint8Array, style: DumpStyle): string {
  return styles[style](data);
}

/** Bytes of link headers by LINKTYPE_; others have none that is left out. */
const linkHeaderSizes: Readonly<Record<number, number>> = { 0: 4, 1: 14, 108: 4, 113: 16, 276: 20 };
const vlanTagBytes = 4;

/** Bytes before the network header: the link header and VLAN tags. */
export function linkHeaderBytes(linkType: number, layers: readonly Layer[]): number {
  const tags = layers.filter(({ protocol }) => protocol === 'vlan').length;
  return (linkHeaderSizes[linkType] ?? 0) + tags * vlanTagBytes;
}
