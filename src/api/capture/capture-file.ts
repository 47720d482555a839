// Goes through a capture file with a filter: the matching packets, and what else the file holds, in order.

import { fstatSync } from 'node:fs';
import { FormatError, UsageError } from '../../base/index.ts';
import { type CaptureItem, CaptureReader } from '../../pcap/index.ts';
import { type FilterFileResult, fastLayout, filterFile } from './filter-file.ts';
import { type CaptureFile, captureChunks } from './open-capture.ts';
import type { OutputFile } from './output-file.ts';
import type { PacketFilter } from './packet-filter.ts';
import { isWorthSharing, SegmentQueue } from './segment-queue.ts';

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

/** Goes through the items of chunks as they come; a plain loop, since waiting for each packet would take most of the time. */
class ItemFilter {
  readonly result: { packets: number; matches: number; fault?: FormatError } = { packets: 0, matches: 0 };
  readonly #task: FileTask;
  readonly #reader = new CaptureReader();

  constructor(task: FileTask) {
    this.#task = task;
  }

  /** False when no more is wanted. @throws FormatError */
  take(chunk: Uint8Array): boolean {
    this.#reader.push(chunk);
    for (let item = this.#reader.next(); item; item = this.#reader.next()) {
      if (!this.#takeItem(item)) return false;
    }
    return true;
  }

  /** @throws FormatError when the file ends too early. */
  end(): void {
    this.#reader.end();
  }

  #takeItem(item: CaptureItem): boolean {
    const { filter, limit = Number.POSITIVE_INFINITY, onItem } = this.#task;
    const { result } = this;
    if (item.kind !== 'packet') {
      if (item.kind === 'interface') filter.prepare(item.interface);
      return onItem?.(item) !== false;
    }
    result.packets++;
    if (!filter.matches(item)) return true;
    result.matches++;
    return onItem?.(item) !== false && result.matches < limit;
  }
}

/** The loop for whatever the reader understands. @throws SourceError, UsageError; damage is told in the result. */
export async function filterItems(task: FileTask): Promise<FilterFileResult> {
  const { file, signal, onBatch } = task;
  const items = new ItemFilter(task);
  try {
    let isWanted = true;
    for await (const chunk of captureChunks(file)) {
      isWanted = items.take(chunk) && !signal?.aborted;
      await onBatch?.();
      if (!isWanted) break;
    }
    if (isWanted) items.end();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    items.result.fault = error;
  }
  await onBatch?.();
  return items.result;
}

/**
 * Counts the matching packets, or copies them as they are; at full speed where the file is a plain pcap file, a large one in two
 * threads. Undefined where it is not: then the items have to be gone through.
 */
export async function filterRaw(task: FileTask, openOutput?: () => OutputFile): Promise<FilterFileResult | undefined> {
  const { file, filter, limit, signal } = task;
  if (limit !== undefined && limit > 0xffff_ffff) throw new UsageError(`a limit of ${limit} packets is too large`);
  const layout = fastLayout(file.fd);
  if (!layout) return undefined;
  // The second thread starts while the filter is compiled.
  using queue = limit === undefined && isWorthSharing(fstatSync(file.fd).size) ? new SegmentQueue() : undefined;
  // Compiled before the output is made: a bad expression must not empty a file.
  if (!filter.program(layout.linkType).isAttachable) return undefined;
  return await filterFile({ ...file, filter, output: openOutput?.(), limit, signal }, layout, queue);
}
