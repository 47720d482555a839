// Goes through a capture file with a filter: the matching packets, and what else the file holds, in order.

import { FormatError, UsageError } from '../../base/index.ts';
import type { CaptureItem, Packet } from '../../pcap/index.ts';
import { type FilterFileResult, fastLayout, filterFile } from './filter-file.ts';
import { type CaptureFile, captureItems } from './open-capture.ts';
import type { OutputFile } from './output-file.ts';
import type { PacketFilter } from './packet-filter.ts';

/** What to do with a file. */
export interface FileTask {
  readonly file: CaptureFile;
  readonly filter: PacketFilter;
  /** Stop after so many matches. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes every matching packet and every other item; false ends it. */
  readonly onItem?: (item: CaptureItem) => boolean;
  /** Told every now and then: time to hand packets on. */
  readonly onBatch?: () => void | Promise<void>;
}

const batchPackets = 1024;

/** The loop for whatever the reader understands. @throws SourceError, UsageError; damage is told in the result. */
export async function filterItems(task: FileTask): Promise<FilterFileResult> {
  const { file, filter, limit = Number.POSITIVE_INFINITY, signal, onItem, onBatch } = task;
  const result: { packets: number; matches: number; fault?: FormatError } = { packets: 0, matches: 0 };
  const isMatch = (packet: Packet): boolean => {
    result.packets++;
    if (!filter.matches(packet)) return false;
    result.matches++;
    return true;
  };
  try {
    for await (const item of captureItems(file)) {
      if (signal?.aborted) break;
      if (item.kind === 'interface') filter.prepare(item.interface);
      if (item.kind === 'packet' && !isMatch(item)) continue;
      if (onItem?.(item) === false || (item.kind === 'packet' && result.matches >= limit)) break;
      if (onBatch && result.matches % batchPackets === 0) await onBatch();
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    result.fault = error;
  }
  await onBatch?.();
  return result;
}

/**
 * Counts the matching packets, or copies them as they are; at full speed where the file is a plain pcap file.
 * Undefined where it is not: then the items have to be gone through.
 */
export function filterRaw(task: FileTask, openOutput?: () => OutputFile): Promise<FilterFileResult> | undefined {
  const { file, filter, limit, signal } = task;
  if (limit !== undefined && limit > 0xffff_ffff) throw new UsageError(`a limit of ${limit} packets is too large`);
  const layout = fastLayout(file.fd);
  // Compiled before the output is made: a bad expression must not empty a file.
  if (!layout || !filter.program(layout.linkType).isAttachable) return undefined;
  return filterFile({ ...file, filter, output: openOutput?.(), limit, signal }, layout);
}
