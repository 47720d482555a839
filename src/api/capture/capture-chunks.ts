// The bytes of a capture file as a stream, decompressed.

import { fstatSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { decompress } from '../../pcap/index.ts';
import type { CaptureFile } from './open-capture.ts';
import { fileProblem } from './output-file.ts';

const chunkBytes = 1 << 20;
const leastRoomBytes = 1 << 16;
const readAsync = promisify(read);

const isBusy = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN';

/** Chunks from the start of a file, or whatever standard input gives. What was yielded is not written to again. */
async function* chunks({ path, fd }: CaptureFile): AsyncGenerator<Uint8Array, void, void> {
  const isFile = fstatSync(fd).isFile() && path !== '-';
  let buffer = new Uint8Array(chunkBytes);
  let used = 0;
  for (let offset = 0; ; ) {
    // A pipe gives little at a time: one buffer takes many of its chunks.
    if (chunkBytes - used < leastRoomBytes) {
      buffer = new Uint8Array(chunkBytes);
      used = 0;
    }
    const size = await readSome({ path, fd }, buffer.subarray(used), isFile ? offset : null);
    if (size === 0) return;
    yield buffer.subarray(used, used + size);
    used += size;
    offset += size;
  }
}

async function readSome({ path, fd }: CaptureFile, target: Uint8Array, position: number | null): Promise<number> {
  for (;;) {
    try {
      const { bytesRead } = await readAsync(fd, target, 0, target.byteLength, position);
      return bytesRead;
    } catch (cause) {
      if (!isBusy(cause)) throw fileProblem('read', path, cause);
      // Standard input that someone made non-blocking.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** The bytes of the file, decompressed. @throws FormatError after all bytes before damage, UsageError when it cannot be read. */
export function captureChunks(file: CaptureFile): AsyncGenerator<Uint8Array, void, void> {
  return decompress(chunks(file));
}
