// A file that capture output goes to: few large writes, and one clear error.

import { closeSync, openSync, writeSync } from 'node:fs';
import { UsageError } from '../../base/index.ts';

const bufferBytes = 1 << 18;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Turns a failure of a file operation into an error that names the file. */
export function fileProblem(what: string, path: string, cause: unknown): UsageError {
  const code = (cause as NodeJS.ErrnoException).code;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or directory',
    EACCES: 'permission denied',
    EISDIR: 'it is a directory',
    ENOSPC: 'no space left on the device',
    EROFS: 'the file system is read-only',
    EPIPE: 'its reader has gone',
  };
  const reason = (code && reasons[code]) ?? (cause instanceof Error ? cause.message : String(cause));
  return new UsageError(`cannot ${what} ${path}: ${reason}`, { cause });
}

/** Buffered output; `-` is standard output. */
export class OutputFile implements Disposable {
  readonly path: string;
  readonly #fd: number;
  #buffer = new Uint8Array(bufferBytes);
  #used = 0;
  #written = 0;
  #isClosed = false;

  /** Creates or empties the file. @throws UsageError */
  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = path === '-' ? 1 : openSync(path, 'w');
    } catch (cause) {
      throw fileProblem('write', path, cause);
    }
  }

  /** Bytes so far, those in the buffer included. */
  get sizeBytes(): number {
    return this.#written + this.#used;
  }

  /** Adds bytes; they may be changed afterwards. @throws UsageError */
  write(bytes: Uint8Array): void {
    if (this.#used + bytes.byteLength > this.#buffer.byteLength) this.flush();
    if (bytes.byteLength >= this.#buffer.byteLength) {
      this.#writeOut(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.byteLength;
  }

  /** Hands everything to the kernel. @throws UsageError */
  flush(): void {
    this.#writeOut(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Writes what is left and closes the file. Does nothing the second time. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.flush();
    } finally {
      if (this.path !== '-') closeSync(this.#fd);
    }
  }

  /** Writes what is left and closes the file. */
  [Symbol.dispose](): void {
    this.close();
  }

  #writeOut(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; ) {
      try {
        at += writeSync(this.#fd, bytes, at);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw fileProblem('write', this.path, cause);
        Atomics.wait(pause, 0, 0, 1); // a full pipe that someone made non-blocking
      }
    }
    this.#written += bytes.byteLength;
  }
}
