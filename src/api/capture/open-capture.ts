// Opens a capture file, or standard input, for reading.

import { createReadStream, openSync } from 'node:fs';
import { type CaptureItem, readCapture } from '../../pcap/index.ts';
import { fileProblem } from './output-file.ts';

const chunkBytes = 1 << 20;

/** An open capture file. */
export interface CaptureFile {
  readonly path: string;
  readonly fd: number;
}

/** Opens a file; `-` is standard input. @throws UsageError */
export function openCaptureFile(path: string): CaptureFile {
  try {
    return { path, fd: path === '-' ? 0 : openSync(path, 'r') };
  } catch (cause) {
    throw fileProblem('read', path, cause);
  }
}

async function* chunks({ path, fd }: CaptureFile): AsyncGenerator<Uint8Array, void, void> {
  const stream = createReadStream('', { fd, autoClose: path !== '-', highWaterMark: chunkBytes });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (cause) {
    throw fileProblem('read', path, cause);
  }
}

/**
 * Everything in the file, from its start; compressed files too.
 * @throws FormatError after all items before the fault, UsageError when it cannot be read.
 */
export function captureItems(file: CaptureFile): AsyncGenerator<CaptureItem, void, void> {
  return readCapture(chunks(file));
}
