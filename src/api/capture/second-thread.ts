// The second thread for large pcap files. Nothing takes longer to start, so this loads without the rest, and before it.

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { captureFormat } from '../../pcap/index.ts';
import { type ThreadMessage, threadText } from './segment-thread.ts';

/** A thread takes about as long to start as one core filters so much; only well above it a second is worth while. */
const leastBytes = 1 << 29;

/** A thread that starts, and waits to be told of a file. */
export class SecondThread implements Disposable {
  readonly #worker: Worker;
  #hasFailed = false;

  constructor() {
    const threads = process.getBuiltinModule('node:worker_threads');
    // Streams for what it might print, and an environment of its own, would take two milliseconds to make.
    const lean: WorkerOptions = { stdout: true, stderr: true, env: threads.SHARE_ENV, trackUnmanagedFds: false };
    this.#worker = new threads.Worker(threadText(), { eval: true, ...lean });
    this.#worker.unref();
    this.#worker.on('error', () => {
      this.#hasFailed = true;
    });
  }

  /** Whether it has ended with an error. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves when it runs. */
  get isOnline(): Promise<unknown> {
    return new Promise((resolve) => this.#worker.once('online', resolve));
  }

  /** Has it filter segments as soon as it runs. */
  begin(message: ThreadMessage): void {
    this.#worker.postMessage(message);
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }
}

function isLargePcap(path: string): boolean {
  try {
    const facts = statSync(path);
    // Not even opened if it may be a pipe.
    if (!facts.isFile() || facts.size < leastBytes) return false;
    const start = new Uint8Array(4);
    const fd = openSync(path, 'r');
    readSync(fd, start, 0, 4, 0);
    closeSync(fd);
    return captureFormat(start) === 'pcap';
  } catch {
    // Whoever reads it tells what is wrong.
    return false;
  }
}

let early: SecondThread | undefined;

/**
 * Starts a second thread if the file is a pcap file worth two, and there is a processor for it; or gives the one that was started
 * early.
 */
export function startSecondThread(path: string): SecondThread | undefined {
  const started = early;
  early = undefined;
  if (started) return started;
  return path !== '-' && availableParallelism() > 1 && isLargePcap(path) ? new SecondThread() : undefined;
}

/** Starts it for the file that a command line seems to read, before that is parsed and what it needs is loaded. */
export function startEarly(args: readonly string[]): void {
  const option = args.indexOf('-r');
  const path = option < 0 ? undefined : args[option + 1];
  // A number of packets that suffice ends it before a second thread is there.
  const hasLimit = args.some((arg) => /^-(?:-limit|[^-]*c)/.test(arg));
  if (path !== undefined && !hasLimit) early = startSecondThread(path);
}
