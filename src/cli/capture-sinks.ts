// What takes the packets of `tsbpf capture`: a file, standard output, or both.

import { CaptureOutput, type CaptureSink } from '../api/index.ts';
import type { CaptureFormat } from '../pcap/index.ts';
import type { CaptureTask } from './capture-options.ts';
import { runDetached } from './processes.ts';

/** Prints or writes what is captured. */
export interface Sink extends CaptureSink {
  /** Hands on what is buffered. */
  flush(): void | Promise<void>;
  /** Takes the counters of a live capture, at its end. */
  statistics?(received: number, dropped: number): void;
  close(): void;
}

function writingSink(path: string, task: CaptureTask, format: CaptureFormat): Sink {
  const { snapLength, rotation, rotateCommand } = task;
  const onRotated = rotateCommand === undefined ? undefined : (file: string): void => runDetached(rotateCommand, file);
  const output = new CaptureOutput({ path, format, snapLength, rotation, onRotated });
  return {
    item: (item): boolean => output.item(item),
    takesRecords: (from): boolean => output.takesRecords(from),
    records: (bytes): void => output.records(bytes),
    flush: (): void => output.flush(),
    statistics: (received, dropped): void =>
      output.writeStatistics({
        interface: 0,
        timestampNs: BigInt(Date.now()) * 1_000_000n,
        received: BigInt(received),
        dropped: BigInt(dropped),
      }),
    close: (): void => output[Symbol.dispose](),
  };
}

/** Printing is loaded only where packets are printed. */
async function printingOpener(task: CaptureTask): Promise<() => Sink> {
  const { PacketLines } = await import('./packet-lines.ts');
  return () => {
    const lines = new PacketLines(task.lines);
    return {
      item: (item): boolean => {
        if (item.kind === 'packet') lines.add(item);
        return true;
      },
      flush: (): Promise<void> => lines.flush(),
      close: (): void => undefined,
    };
  };
}

/** Both get everything; packets are written before they are printed. */
function bothSinks(first: Sink, second: Sink): Sink {
  return {
    item: (item): boolean => first.item(item) && second.item(item),
    flush: async (): Promise<void> => {
      await first.flush();
      await second.flush();
    },
    statistics: (received, dropped): void => first.statistics?.(received, dropped),
    close: (): void => first.close(),
  };
}

/** What opens the sink, for packets of a file of that format; undefined where they are only counted. */
export async function sinkOpener(task: CaptureTask): Promise<((format: CaptureFormat) => Sink) | undefined> {
  const { write, isCounting, isPrinting } = task;
  if (isCounting) return undefined;
  const openers: ((format: CaptureFormat) => Sink)[] = isPrinting ? [await printingOpener(task)] : [];
  if (write !== undefined) openers.unshift((format) => writingSink(write, task, task.format ?? format));
  return (format) => openers.map((open) => open(format)).reduce(bothSinks);
}
