// Filters a capture file block by block: a WebAssembly loop goes over the records, and what it does not take is for the reader.

import { FormatError } from '../../base/index.ts';
import { type CaptureItem, CaptureReader, type InterfaceItem, pcapHeaderBytes } from '../../pcap/index.ts';
import type { ByteSource } from './byte-source.ts';
import { CaptureLoop } from './capture-loop.ts';
import type { CaptureFileTask, CaptureSink, FilterResult } from './capture-task.ts';
import { blockBytes, headroomBytes, LoopMemory, outputFlushBytes, places } from './loop-memory.ts';
import type { SegmentOutcome, SegmentQueue } from './segment-queue.ts';

const page = 1 << 16;
const noLimit = 0xffff_ffff;
/** Other work of the process (Ctrl-C) gets its turn after so many bytes. */
const bytesPerTurn = 128 * blockBytes;
/** Bytes before the first interface that are held back: only then can an expression be found wrong before a file is made. */
const mostEarlyBytes = 1 << 20;
const [blockStart] = places.blocks;

/** One pass over a file. */
export class BlockFilter {
  readonly #task: CaptureFileTask;
  readonly #source: ByteSource;
  readonly #limit: number;
  readonly #memory: LoopMemory;
  readonly #reader = new CaptureReader();
  #loop: CaptureLoop | undefined;
  #sink: CaptureSink | undefined;
  /** Whether the sink takes matching records as they are in the file. */
  #isRaw = false;
  #early: CaptureItem[] = [];
  #earlyBytes = 0;
  #outputEnd: number = places.output;
  /** Offset of the next record; `left` bytes of it have been read, and are in front of where the next block goes. */
  #offset = 0;
  #left = 0;
  #bytesThisTurn = 0;
  #isDone = false;
  #packets = 0;
  #matches = 0;

  constructor(task: CaptureFileTask, source: ByteSource, segmentOutputBytes: number) {
    this.#task = task;
    this.#source = source;
    this.#limit = task.limit ?? noLimit;
    this.#memory = new LoopMemory(segmentOutputBytes);
  }

  async run(queue?: SegmentQueue): Promise<FilterResult> {
    let fault: FormatError | undefined;
    try {
      if (queue) await this.#takeSegments(queue);
      await this.#filterTo(Number.POSITIVE_INFINITY);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      fault = error;
    } finally {
      this.#flush();
    }
    await this.#task.onBatch?.();
    return { packets: this.#packets, matches: this.#matches, fault };
  }

  /**
   * Takes what two threads found in segments of a pcap file, as long as it holds: a segment must begin with a record where the one
   * before ends.
   */
  async #takeSegments(queue: SegmentQueue): Promise<void> {
    await this.#filterTo(pcapHeaderBytes);
    const { plain } = this.#source;
    const loop = this.#loop?.compiled;
    if (!plain || !loop) return;
    for await (const segment of queue.outcomes(loop, plain)) {
      if (this.#isDone) return;
      // The record that the segments' border cuts.
      if (this.#offset < segment.start) await this.#filterTo(segment.start);
      if (this.#offset === segment.start) await this.#takeSegment(segment);
      else await this.#filterTo(segment.segmentEnd);
      // It is read again: segments use its place too.
      this.#left = 0;
    }
  }

  async #takeSegment({ start, end, packets, matches, output }: SegmentOutcome): Promise<void> {
    this.#flush();
    this.#handOn(output);
    this.#offset = end;
    this.#packets += packets;
    this.#matches += matches;
    await this.#endBlock(end - start);
  }

  /** Filters the records up to an offset of the file, or its end. @throws FormatError */
  async #filterTo(endOffset: number): Promise<void> {
    const { bytes } = this.#memory;
    while (!this.#isDone && this.#offset + this.#left < endOffset) {
      const readOffset = this.#offset + this.#left;
      // The first block ends at a border of pages: copying whole pages is faster.
      const wanted = Math.min(blockBytes - (readOffset % page), endOffset - readOffset);
      const read = this.#source.read(bytes.subarray(blockStart, blockStart + wanted), readOffset);
      const size = typeof read === 'number' ? read : await read;
      const end = blockStart + size;
      const at = this.#filterBlock(blockStart - this.#left, end);
      this.#left = end - at;
      if (!this.#isDone) await this.#keepRest(at, size);
      await this.#endBlock(size);
    }
  }

  /** Lets others have their turn. */
  async #endBlock(size: number): Promise<void> {
    const { onBatch, onProgress, signal } = this.#task;
    if (onBatch) {
      this.#flush();
      await onBatch();
    }
    this.#bytesThisTurn += size;
    if (this.#bytesThisTurn >= bytesPerTurn) {
      this.#bytesThisTurn = 0;
      onProgress?.({ bytes: this.#offset, totalBytes: this.#source.plain?.sizeBytes, packets: this.#packets });
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (signal?.aborted) this.#isDone = true;
  }

  /** Puts what is left of a block in front of the next. @throws FormatError when there is none, but a part of a record */
  async #keepRest(at: number, blockSize: number): Promise<void> {
    const { bytes } = this.#memory;
    const end = at + this.#left;
    if (blockSize === 0) {
      this.#isDone = true;
      this.#reader.restart(bytes.subarray(at, end), this.#offset);
      this.#reader.end();
    } else if (this.#left > headroomBytes) {
      await this.#takeLargeItem(bytes.subarray(at, end));
    } else {
      bytes.copyWithin(blockStart - this.#left, at, end);
    }
  }

  /** Filters the whole records from `start` to `end`; the address of the first that is not whole. @throws FormatError */
  #filterBlock(start: number, end: number): number {
    for (let at = start; ; ) {
      at = this.#runLoop(at, end);
      const next = this.#isDone ? at : this.#takeItems(at, end);
      if (next === at || this.#isDone) return next;
      at = next;
    }
  }

  #runLoop(start: number, end: number): number {
    if (!this.#loop?.compiled) return start;
    const { at, outputEnd, packets, matches } = this.#loop.run(
      start,
      end,
      this.#outputEnd,
      this.#limit - this.#matches,
    );
    this.#outputEnd = outputEnd;
    this.#offset += at - start;
    this.#packets += packets;
    this.#matches += matches;
    this.#isDone ||= this.#matches >= this.#limit;
    if (outputEnd - places.output >= outputFlushBytes) this.#flush();
    return at;
  }

  /** Takes items with the reader, at least one if it is whole, until the loop may go on. @throws FormatError */
  #takeItems(start: number, end: number): number {
    if (start === end) return end;
    // The reader forgets the interfaces of these when it comes to a new section.
    if (!this.#isRaw) this.#flush();
    const offset = this.#offset;
    this.#reader.restart(this.#memory.bytes.subarray(start, end), offset);
    for (let item = this.#reader.next(); item; item = this.#reader.next()) {
      this.#takeItem(item);
      this.#offset = this.#reader.offset;
      if (this.#isDone || this.#isForLoop(item)) break;
    }
    return start + this.#offset - offset;
  }

  /** Whether what follows an item may be for the loop. */
  #isForLoop(item: CaptureItem): boolean {
    if (item.kind === 'packet') return this.#loop?.takes(item.interface) === true;
    return item.kind !== 'section';
  }

  #takeItem(item: CaptureItem): void {
    if (item.kind === 'packet') this.#takePacket(item);
    else if (item.kind === 'interface') this.#takeInterface(item);
    else {
      if (item.kind === 'section') this.#loop?.startSection();
      this.#give(item);
    }
  }

  #takePacket(packet: CaptureItem & { readonly kind: 'packet' }): void {
    this.#packets++;
    if (!this.#task.filter.matches(packet)) return;
    this.#matches++;
    this.#isDone = this.#matches >= this.#limit;
    this.#give(packet);
  }

  /** @throws SourceError when the expression is wrong: before a file is made for the output. */
  #takeInterface(item: InterfaceItem): void {
    const { filter, snapLength } = this.#task;
    const program = filter.program(item.interface.linkType);
    this.#give(item);
    if (!this.#loop) {
      this.#isRaw = this.#sink?.takesRecords?.(item.interface) === true;
      const cutTo = this.#isRaw ? snapLength : undefined;
      this.#loop = new CaptureLoop(this.#memory, { copies: this.#sink !== undefined, cutTo });
    }
    this.#loop.describe(item, program);
  }

  /** Hands an item on, after all before it. */
  #give(item: CaptureItem): void {
    const { openSink } = this.#task;
    if (!openSink) return;
    if (this.#sink) {
      this.#flush();
      this.#handItemOn(item);
      return;
    }
    this.#early.push({ ...item, raw: new Uint8Array(item.raw) });
    this.#earlyBytes += item.raw.byteLength;
    if (item.kind !== 'interface' && this.#earlyBytes < mostEarlyBytes) return;
    this.#sink = openSink(this.#reader.format ?? 'pcap');
    for (const early of this.#early.splice(0)) this.#handItemOn(early);
  }

  #handItemOn(item: CaptureItem): void {
    if (this.#sink?.item(item) === false) this.#isDone = true;
  }

  /** Hands matching records on. */
  #handOn(records: Uint8Array): void {
    if (this.#isRaw) this.#sink?.records?.(records);
    else if (this.#sink) for (const item of this.#reader.itemsIn(records)) this.#handItemOn(item);
  }

  #flush(): void {
    if (this.#outputEnd === places.output) return;
    const records = this.#memory.bytes.subarray(places.output, this.#outputEnd);
    this.#outputEnd = places.output;
    this.#handOn(records);
  }

  /** Puts an item together that is larger than the memory. @throws FormatError */
  async #takeLargeItem(start: Uint8Array): Promise<void> {
    this.#reader.restart(start, this.#offset);
    let item = this.#reader.next();
    for (let readOffset = this.#offset + this.#left; !item; item = this.#reader.next()) {
      const chunk = new Uint8Array(blockBytes);
      const size = await this.#source.read(chunk, readOffset);
      if (size === 0) this.#reader.end();
      this.#reader.push(chunk.subarray(0, size));
      readOffset += size;
    }
    this.#takeItem(item);
    const { rest, offset } = this.#reader;
    this.#memory.bytes.set(rest, blockStart - rest.byteLength);
    this.#offset = offset;
    this.#left = rest.byteLength;
  }
}
