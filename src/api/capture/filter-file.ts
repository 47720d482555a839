// Filters a plain pcap file at full speed: blocks are read straight into the memory of the WebAssembly loop.

import { fstatSync, readSync } from 'node:fs';
import { FormatError } from '../../base/index.ts';
import type { PcapLayout } from '../../pcap/index.ts';
import { implausibleRecord, parsePcapHeader, pcapHeaderBytes, truncatedRecord } from '../../pcap/index.ts';
import { compileRecordLoop, type RecordLoop } from '../../vm/index.ts';
import { fileProblem, type OutputFile } from './output-file.ts';
import type { PacketFilter } from './packet-filter.ts';
import type { SegmentOutcome, SegmentPlaces, SegmentQueue } from './segment-queue.ts';

/** What to do. */
export interface FilterFileTask {
  /** An open, plain pcap file that {@link fastLayout} accepted. */
  readonly fd: number;
  /** For messages. */
  readonly path: string;
  readonly filter: PacketFilter;
  /** Where the header and the matching records go; without it they are only counted. */
  readonly output?: OutputFile | undefined;
  /** Stop after so many matches. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How many packets there were, and how many matched. */
export interface FilterFileResult {
  readonly packets: number;
  readonly matches: number;
  /** The damage that ended it early; all packets before it were taken. */
  readonly fault?: FormatError | undefined;
}

/** Bytes per read: small enough for a block to be still in the processor's cache when the loop comes to it. */
const blockBytes = 1 << 19;
/** Other work of the process (Ctrl-C) gets its turn after so many bytes. */
const bytesPerTurn = 128 * blockBytes;
/** Packets larger than this are for the reader of items. */
const largestPacket = 1 << 19;
const noLimit = 0xffff_ffff;
/** Matching packets are written when there are so many bytes of them. */
const outputFlushBytes = 1 << 19;

/** The layout of a regular, plain pcap file whose records the loop can take; undefined for anything else. */
export function fastLayout(fd: number): PcapLayout | undefined {
  if (!fstatSync(fd).isFile()) return undefined;
  const header = new Uint8Array(pcapHeaderBytes);
  if (readSync(fd, header, 0, pcapHeaderBytes, 0) < pcapHeaderBytes) return undefined;
  const magic = new DataView(header.buffer);
  if (![0xa1b2c3d4, 0xa1b23c4d].some((known) => magic.getUint32(0) === known || magic.getUint32(0, true) === known)) {
    return undefined;
  }
  const layout = parsePcapHeader(header);
  const isUsual = layout.lengthOrder === 'captured-first' && layout.maxCapturedBytes <= largestPacket;
  return isUsual ? layout : undefined;
}

/** Where things are in the memory of the loop. */
interface MemoryPlan extends SegmentPlaces {
  /** Output of the first thread itself. */
  readonly output: number;
  readonly sizeBytes: number;
}

const page = 1 << 16;

/** The first page is for results; the outputs are left out where packets are only counted. */
function planMemory({ maxCapturedBytes, recordHeaderBytes }: PcapLayout, segmentOutputBytes: number): MemoryPlan {
  const headroom = Math.ceil((maxCapturedBytes + recordHeaderBytes) / page) * page;
  const first = page + headroom;
  const second = first + blockBytes + headroom;
  const output = second + blockBytes;
  // The output takes a block more than what makes it be written.
  const outputs = output + outputFlushBytes + headroom + blockBytes;
  return { blocks: [first, second], blockBytes, output, outputs, sizeBytes: outputs + segmentOutputBytes };
}

class FileFilter {
  readonly #task: FilterFileTask;
  readonly #layout: PcapLayout;
  readonly #places: MemoryPlan;
  readonly #loop: RecordLoop;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** The loop's own words. */
  readonly #state: Uint32Array;
  #outputEnd: number;
  /** Offset in the file of the next record. */
  #offset = pcapHeaderBytes;
  #packets = 0;
  #matches = 0;

  constructor(task: FilterFileTask, layout: PcapLayout, segmentOutputBytes: number) {
    this.#task = task;
    this.#layout = layout;
    const { endian, recordHeaderBytes: headerBytes, maxCapturedBytes, snapLength, unitsPerSecond } = layout;
    const copies = task.output !== undefined;
    const format = { endian, headerBytes, maxCapturedBytes, snapLength, unitsPerSecond, copies };
    const { instructions } = task.filter.program(layout.linkType);
    this.#places = planMemory(layout, copies ? segmentOutputBytes : 0);
    this.#loop = compileRecordLoop(instructions, format, this.#places.sizeBytes);
    const { buffer } = this.#loop.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#state = new Uint32Array(buffer, 0, 4);
    this.#outputEnd = this.#places.output;
  }

  async run(queue: SegmentQueue | undefined): Promise<FilterFileResult> {
    const { signal } = this.#task;
    let fault: FormatError | undefined;
    try {
      if (queue) await this.#takeSegments(queue);
      while (!signal?.aborted && this.#filterTo(this.#offset + bytesPerTurn)) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      fault = error;
    } finally {
      this.#flush();
    }
    return { packets: this.#packets, matches: this.#matches, fault };
  }

  /** Takes what two threads found in segments, as long as it holds: a segment must begin with a record where the one before ends. */
  async #takeSegments(queue: SegmentQueue): Promise<void> {
    const { fd, signal } = this.#task;
    const file = { fd, sizeBytes: fstatSync(fd).size, layout: this.#layout };
    for await (const segment of queue.outcomes(this.#loop, file, this.#places)) {
      if (signal?.aborted) return;
      // The record that the segments' border cuts.
      if (this.#offset < segment.start) this.#filterTo(segment.start);
      if (this.#offset === segment.start) this.#take(segment);
      else if (this.#offset < segment.segmentEnd) this.#filterTo(segment.segmentEnd);
    }
  }

  #take({ end, packets, matches, output }: SegmentOutcome): void {
    this.#flush();
    this.#task.output?.write(output);
    this.#offset = end;
    this.#packets += packets;
    this.#matches += matches;
  }

  /** Filters the records up to an offset of the file. False at the end of the file, or of what is wanted. @throws FormatError */
  #filterTo(endOffset: number): boolean {
    const { limit = noLimit } = this.#task;
    const [blockStart] = this.#places.blocks;
    for (let left = 0, readOffset = this.#offset; readOffset < endOffset; ) {
      // The first block ends at a border of pages: copying whole pages is faster.
      const wanted = Math.min(blockBytes - (readOffset % page), endOffset - readOffset);
      const size = this.#read(readOffset, wanted);
      const end = blockStart + size;
      const at = this.#filterBlock(blockStart - left, end, limit - this.#matches);
      if (this.#matches >= limit) return false;
      left = end - at;
      this.#checkRest(at, left);
      if (size === 0) {
        if (left > 0) throw truncatedRecord(this.#layout, left, this.#offset);
        return false;
      }
      this.#bytes.copyWithin(blockStart - left, at, end);
      readOffset += size;
    }
    return true;
  }

  /** Runs the loop; the address of the first record that is not whole. */
  #filterBlock(start: number, end: number, limit: number): number {
    this.#state.set([0, this.#outputEnd, 0, 0]);
    this.#loop.run(start, end, 0, limit);
    const [at = 0, output = 0, packets = 0, matches = 0] = this.#state;
    this.#packets += packets;
    this.#matches += matches;
    this.#offset += at - start;
    this.#outputEnd = output;
    if (output - this.#places.output >= outputFlushBytes) this.#flush();
    return at;
  }

  /** @throws FormatError when the record that the end of a block cuts is damaged */
  #checkRest(at: number, left: number): void {
    const { endian, recordHeaderBytes, maxCapturedBytes } = this.#layout;
    if (left < recordHeaderBytes) return;
    const captured = this.#view.getUint32(at + 8, endian === 'little');
    if (captured > maxCapturedBytes) throw implausibleRecord(this.#layout, captured, this.#offset);
  }

  #flush(): void {
    const { output } = this.#task;
    if (this.#outputEnd > this.#places.output) {
      output?.write(this.#bytes.subarray(this.#places.output, this.#outputEnd));
    }
    this.#outputEnd = this.#places.output;
  }

  #read(offset: number, size: number): number {
    const { fd, path } = this.#task;
    try {
      return readSync(fd, this.#bytes, this.#places.blocks[0], size, offset);
    } catch (error) {
      throw fileProblem('read', path, error);
    }
  }
}

/**
 * Counts the matching packets of a pcap file, and writes them if asked; with a queue, in two threads.
 * @throws SourceError for a bad expression, UsageError when it cannot be read or written.
 */
export function filterFile(task: FilterFileTask, layout: PcapLayout, queue?: SegmentQueue): Promise<FilterFileResult> {
  const filter = new FileFilter(task, layout, queue?.outputBytes ?? 0);
  task.output?.write(layout.raw);
  return filter.run(queue);
}
