// `tsbpf capture -i`: packets as they come through an interface.

import { captureInterfaces, captureLive, interfaceByNumber } from '../api/index.ts';
import type { Packet } from '../pcap/index.ts';
import { stopSignal } from '../toolkit/index.ts';
import { expressionOptions } from './capture-expression.ts';
import type { CaptureTask } from './capture-options.ts';
import { type Sink, sinkOpener } from './capture-sinks.ts';
import { becomeUser } from './processes.ts';
import { printLine } from './standard-output.ts';

function report(captured: number, { received, dropped }: { received: number; dropped: number }): void {
  const packets = (count: number): string => `${count} packet${count === 1 ? '' : 's'}`;
  console.error(`${packets(captured)} captured`);
  console.error(`${packets(received)} received by filter`);
  console.error(`${packets(dropped)} dropped by kernel`);
}

/** Prints, counts or writes what comes through an interface, given by name or number; the exit code. */
export async function captureFrom(task: CaptureTask, given: string): Promise<number> {
  const name = interfaceByNumber(given);
  const { expression, snapLength, limit = Number.POSITIVE_INFINITY, bufferBytes, direction, user } = task;
  using stop = stopSignal();
  const openSink = await sinkOpener(task);
  let captured = 0;
  let sink: Sink | undefined;
  const onPacket = (packet: Packet): boolean => {
    captured++;
    return sink?.item(packet) !== false && captured < limit;
  };
  try {
    const statistics = await captureLive({
      ...{ interface: name, expression, snapLength, signal: stop.signal, onPacket, ...expressionOptions },
      ...{ bufferBytes, direction, promiscuous: task.isPromiscuous },
      onStart: (item) => {
        if (user !== undefined) becomeUser(user);
        sink = openSink?.('pcap');
        sink?.item(item);
        console.error(`listening on ${name}, snapshot length ${item.interface.snapLength} bytes; Ctrl-C ends`);
      },
      onBatch: () => sink?.flush(),
    });
    sink?.statistics?.(statistics.received, statistics.dropped);
    sink?.close();
    if (task.isCounting) printLine(String(captured));
    report(captured, statistics);
  } finally {
    sink?.close();
  }
  return 0;
}

/** Prints the interfaces; the exit code. */
export function listInterfaces(): number {
  const rows = [...captureInterfaces(), { name: 'any', state: 'all interfaces at once' }];
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const [index, { name, state }] of rows.entries())
    printLine(`${String(index + 1).padStart(2)} ${name.padEnd(width)}  ${state}`);
  return 0;
}
