// Goes through a capture file with a filter: counts the matching packets, or hands them on with what else the file holds, in order.

import { UsageError } from '../../base/index.ts';
import { captureFormat } from '../../pcap/index.ts';
import { BlockFilter } from './block-filter.ts';
import { type ByteSource, openSource } from './byte-source.ts';
import type { CaptureFileTask, FilterResult } from './capture-task.ts';
import { isWorthSharing, SegmentQueue } from './segment-queue.ts';

const largestLimit = 0xffff_ffff;

/** Whether it is a pcap file worth two threads. */
async function isForTwo({ plain, read }: ByteSource): Promise<boolean> {
  if (!plain || !isWorthSharing(plain.sizeBytes)) return false;
  const start = new Uint8Array(4);
  await read(start, 0);
  return captureFormat(start) === 'pcap';
}

/**
 * Filters a capture file, a large pcap file in two threads.
 * @throws SourceError for a bad expression, UsageError when the file cannot be read; damage is told in the result.
 */
export async function filterCapture(task: CaptureFileTask): Promise<FilterResult> {
  const { file, limit } = task;
  if (limit !== undefined && limit > largestLimit) throw new UsageError(`a limit of ${limit} packets is too large`);
  const source = openSource(file);
  // The second thread starts while the filter is compiled.
  using queue = limit === undefined && (await isForTwo(source)) ? new SegmentQueue() : undefined;
  try {
    return await new BlockFilter(task, source, queue?.outputBytes ?? 0).run(queue);
  } finally {
    await source.close();
  }
}
