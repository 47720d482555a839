// Options that the examples share: how long, which process, which object.

import { parseArgs } from 'node:util';
import { BpfError } from 'tsbpf';
import { stopSignal } from 'tsbpf/toolkit';

/** What an example gets. */
export interface ExampleContext {
  /** A compiled object to use instead of the C source beside the example. */
  readonly object: string | undefined;
  /** Only this process; 0: all. */
  readonly pid: number;
  /** What else stands on the command line. */
  readonly positionals: readonly string[];
  readonly isJson: boolean;
  /** Ends the example: Ctrl-C, or the time is up. */
  readonly signal: AbortSignal;
}

/** Runs an example with the command line's options; errors are printed as one message. */
export async function runExample(example: (context: ExampleContext) => Promise<void>): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      duration: { type: 'string', short: 'd' },
      pid: { type: 'string', short: 'p', default: '0' },
      object: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const durationSeconds = values.duration === undefined ? undefined : Number(values.duration);
  using stop = stopSignal({ durationSeconds });
  try {
    await example({
      object: values.object,
      pid: Number(values.pid),
      positionals,
      isJson: values.json,
      signal: stop.signal,
    });
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    console.error(error.message);
    if (error.hint) console.error(`hint: ${error.hint}`);
    process.exitCode = 1;
  }
}

/** Resolves when the example is to end. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const keepAlive = setInterval(() => undefined, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(keepAlive);
      resolve();
    });
  });
}
