// `tsbpf capture -r`: the packets of a file.

import { type CaptureFile, filterCapture, openCaptureFile, PacketFilter } from '../api/index.ts';
import { FormatError } from '../base/index.ts';
import { stopSignal } from '../toolkit/index.ts';
import { expressionOptions } from './capture-expression.ts';
import type { CaptureTask } from './capture-options.ts';
import { ProgressLine } from './capture-progress.ts';
import { type Sink, sinkOpener } from './capture-sinks.ts';
import { becomeUser } from './processes.ts';
import { printLine } from './standard-output.ts';

/** What is wrong with a file, and with which. */
function inFile({ path }: CaptureFile, fault: FormatError): FormatError {
  return new FormatError(path === '-' ? 'standard input' : path, fault.message, { hint: fault.hint, cause: fault });
}

/** Prints, counts or writes the packets of a file that match; the exit code. @throws FormatError after all packets before damage */
export async function filterFile(task: CaptureTask, path: string): Promise<number> {
  const file = openCaptureFile(path);
  const { expression, isCounting, isPrinting, snapLength, limit, user } = task;
  using stop = stopSignal({ watchesOutput: isPrinting });
  const filter = new PacketFilter(expression, expressionOptions);
  if (user !== undefined) becomeUser(user);
  // Only for someone who waits for it.
  using progress = isPrinting ? undefined : new ProgressLine();
  const opener = await sinkOpener(task);
  let sink: Sink | undefined;
  // What comes from a pipe, or is read by someone, is handed on as it comes.
  const isPrompt = isPrinting || file.path === '-';
  try {
    const { matches, fault } = await filterCapture({
      ...{ file, filter, snapLength, limit, signal: stop.signal },
      openSink:
        opener &&
        ((format): Sink => {
          sink = opener(format);
          return sink;
        }),
      onProgress: progress && ((state): void => progress.show(state)),
      onBatch: isPrompt ? (): void | Promise<void> => sink?.flush() : undefined,
    });
    if (isCounting) printLine(String(matches));
    if (fault) throw inFile(file, fault);
  } finally {
    sink?.close();
  }
  return 0;
}
