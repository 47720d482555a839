// When a long-running command ends: Ctrl-C, a request to terminate, the reader of a pipe gone, or its time up.

/** How long at most. */
export interface StopOptions {
  readonly durationSeconds?: number | undefined;
  /** Whether a closed standard output ends it too, which needs the stream of that; default true. */
  readonly watchesOutput?: boolean | undefined;
}

/**
 * A signal that is aborted by SIGINT, SIGTERM, SIGHUP, a closed standard output, or after the duration. The second SIGINT
 * ends the process at once. Dispose it to take the handlers off again.
 */
export function stopSignal({
  durationSeconds,
  watchesOutput = true,
}: StopOptions = {}): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  const stopOnBrokenPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') controller.abort();
    else throw error;
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  if (watchesOutput) process.stdout.on('error', stopOnBrokenPipe);
  const timer =
    durationSeconds === undefined ? undefined : setTimeout(() => controller.abort(), durationSeconds * 1000);
  return {
    signal: controller.signal,
    [Symbol.dispose](): void {
      for (const name of signals) process.off(name, stop);
      if (watchesOutput) process.stdout.off('error', stopOnBrokenPipe);
      clearTimeout(timer);
    },
  };
}
