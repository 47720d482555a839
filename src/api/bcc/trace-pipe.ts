// Lines that programs print with bpf_trace_printk, as the kernel's trace pipe hands them out.

import { closeSync, constants, openSync, readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { systemReason, UsageError } from '../../base/index.ts';

/** One line of the trace pipe, taken apart. */
export interface TraceFields {
  readonly task: string;
  readonly pid: number;
  readonly cpu: number;
  readonly flags: string;
  /** Seconds since boot. */
  readonly ts: number;
  readonly msg: string;
}

const paths = ['/sys/kernel/tracing/trace_pipe', '/sys/kernel/debug/tracing/trace_pipe'];
const pauseMs = 50;

/** Reads the pipe line by line. Each line goes to one reader only, whoever asks first on the whole machine. */
export class TracePipe implements Disposable {
  readonly #fd: number;
  readonly #chunk = Buffer.alloc(65_536);
  #text = '';
  #closed = false;

  /** @throws UsageError where the pipe cannot be opened */
  constructor() {
    this.#fd = openPipe();
  }

  /** The next line; undefined when the pipe is closed, or with `nonblocking` when there is none now. */
  async readLine({ nonblocking = false }: { readonly nonblocking?: boolean } = {}): Promise<string | undefined> {
    while (!this.#closed) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        // Where the ring buffer overflowed: no line of a program's.
        if (!line.startsWith('CPU:')) return line;
        continue;
      }
      if (this.#fill()) continue;
      if (nonblocking) return undefined;
      await pause(pauseMs);
    }
    return undefined;
  }

  #fill(): boolean {
    try {
      const count = readSync(this.#fd, this.#chunk);
      this.#text += this.#chunk.toString('utf8', 0, count);
      return count > 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      throw error;
    }
  }

  /** Closes the pipe; a reader that waits gets undefined. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }
}

function openPipe(): number {
  let failure: unknown;
  for (const path of paths) {
    try {
      return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      failure ??= error;
    }
  }
  throw new UsageError(`cannot read the trace pipe: ${systemReason(failure) ?? String(failure)}`, { cause: failure });
}

/** `comm-pid [cpu] flags seconds: function: message`; undefined for lines of another form. */
export function parseTraceLine(line: string): TraceFields | undefined {
  const found = /^\s*(.+)-(\d+)\s+(?:\([\s\d-]+\)\s+)?\[(\d+)\]\s+(\S+)\s+([\d.]+): [^:]*: (.*)$/.exec(line);
  if (!found) return undefined;
  const [, task = '', pid, cpu, flags = '', ts, msg = ''] = found;
  return { task, pid: Number(pid), cpu: Number(cpu), flags, ts: Number(ts), msg };
}
