// Goes through a capture file with a filter: counts the matching packets, or hands them on with what else the file holds, in order.

import { UsageError } from '../../base/index.ts';
import { BlockFilter } from './block-filter.ts';
import { openSource } from './byte-source.ts';
import type { CaptureFileTask, FilterResult } from './capture-task.ts';
import { startSecondThread } from './second-thread.ts';
import { SegmentQueue } from './segment-queue.ts';

const largestLimit = 0xffff_ffff;

/**
 * Filters a capture file, a large pcap file in two threads.
 * @throws SourceError for a bad expression, UsageError when the file cannot be read; damage is told in the result.
 */
export async function filterCapture(task: CaptureFileTask): Promise<FilterResult> {
  const { file, limit } = task;
  if (limit !== undefined && limit > largestLimit) throw new UsageError(`a limit of ${limit} packets is too large`);
  // The second thread starts while the filter is compiled.
  const second = limit === undefined ? startSecondThread(file.path) : undefined;
  using queue = second && new SegmentQueue(second);
  const source = openSource(file);
  try {
    return await new BlockFilter(task, source, queue?.outputBytes ?? 0).run(queue);
  } finally {
    await source.close();
  }
}
