// Where the blocks of a capture file come from: a plain file is read in place, anything else is a stream of chunks.

import { fstatSync, readSync } from 'node:fs';
import { compressionOf } from '../../pcap/index.ts';
import { captureChunks } from './capture-chunks.ts';
import type { CaptureFile } from './open-capture.ts';
import { fileProblem } from './output-file.ts';

/** Uncompressed bytes of a capture file. */
export interface ByteSource {
  /**
   * Fills the start of `target` with what comes at `offset`; streams only give what comes next. 0 at the end.
   * @throws FormatError when compressed data are damaged, UsageError when it cannot be read.
   */
  read(target: Uint8Array, offset: number): number | Promise<number>;
  /** Of a plain file. */
  readonly plain?: { readonly fd: number; readonly sizeBytes: number };
  close(): Promise<void>;
}

function plainSource({ fd, path }: CaptureFile, sizeBytes: number): ByteSource {
  return {
    plain: { fd, sizeBytes },
    read: (target, offset): number => {
      try {
        return readSync(fd, target, 0, target.byteLength, offset);
      } catch (cause) {
        throw fileProblem('read', path, cause);
      }
    },
    close: (): Promise<void> => Promise.resolve(),
  };
}

function streamSource(file: CaptureFile): ByteSource {
  const chunks = captureChunks(file);
  let rest: Uint8Array = new Uint8Array(0);
  return {
    read: async (target): Promise<number> => {
      while (rest.byteLength === 0) {
        const { done, value } = await chunks.next();
        if (done) return 0;
        rest = value;
      }
      const taken = rest.subarray(0, target.byteLength);
      target.set(taken);
      rest = rest.subarray(taken.byteLength);
      return taken.byteLength;
    },
    close: async (): Promise<void> => {
      await chunks.return();
    },
  };
}

/** The bytes of an open file. @throws UsageError when it cannot be read. */
export function openSource(file: CaptureFile): ByteSource {
  const facts = fstatSync(file.fd);
  if (!facts.isFile() || file.path === '-') return streamSource(file);
  const plain = plainSource(file, facts.size);
  const start = new Uint8Array(4);
  void plain.read(start, 0);
  return compressionOf(start) ? streamSource(file) : plain;
}
