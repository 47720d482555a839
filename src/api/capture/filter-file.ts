// Filters a plain pcap file at full speed: blocks are read straight into the memory of the WebAssembly loop.

import { fstatSync, readSync } from 'node:fs';
import { FormatError } from '../../base/index.ts';
import type { PcapLayout } from '../../pcap/index.ts';
import { implausibleRecord, parsePcapHeader, pcapHeaderBytes, truncatedRecord } from '../../pcap/index.ts';
import { compileRecordLoop, type RecordLoop } from '../../vm/index.ts';
import { fileProblem, type OutputFile } from './output-file.ts';
import type { PacketFilter } from './packet-filter.ts';

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

/**
 * Bytes per read: small enough for a block to be still in the processor's cache when the loop comes to it. Reading in other
 * threads was measured and is no faster: what they read lies in another core's cache.
 */
const blockBytes = 1 << 18;
/** Other work of the process (Ctrl-C) gets its turn after so many blocks. */
const blocksPerTurn = 256;
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

class FileFilter {
  readonly #task: FilterFileTask;
  readonly #layout: PcapLayout;
  readonly #loop: RecordLoop;
  readonly #view: DataView;
  /** Where blocks are read to; what is left over from the block before is put right in front. */
  readonly #blockStart: number;
  readonly #outputStart: number;
  #outputEnd: number;
  #readOffset = pcapHeaderBytes;
  /** Offset in the file of the next record. */
  #offset = pcapHeaderBytes;
  /** Bytes of a record that the end of the block before has cut. */
  #left = 0;
  #packets = 0;
  #matches = 0;

  constructor(task: FilterFileTask, layout: PcapLayout) {
    this.#task = task;
    this.#layout = layout;
    const { endian, recordHeaderBytes: headerBytes, maxCapturedBytes, snapLength } = layout;
    const headroom = Math.ceil((maxCapturedBytes + headerBytes) / 4096) * 4096;
    // The output takes a block more than what makes it be written.
    const outputBytes = outputFlushBytes + headroom + blockBytes;
    const sizeBytes = headroom + blockBytes + outputBytes;
    const format = { endian, headerBytes, maxCapturedBytes, snapLength, copies: task.output !== undefined };
    const { instructions } = task.filter.program(layout.linkType);
    this.#loop = compileRecordLoop(instructions, format, { sizeBytes, rules: 'libpcap' });
    this.#view = new DataView(this.#loop.memory.buffer);
    this.#blockStart = this.#loop.firstFree + headroom;
    this.#outputStart = this.#blockStart + blockBytes;
    this.#outputEnd = this.#outputStart;
  }

  async run(): Promise<FilterFileResult> {
    const { signal } = this.#task;
    let fault: FormatError | undefined;
    try {
      while (this.#filterBlocks() && !signal?.aborted) await new Promise((resolve) => setImmediate(resolve));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      fault = error;
    } finally {
      this.#flush();
    }
    return { packets: this.#packets, matches: this.#matches, fault };
  }

  /** False at the end of the file, or of what is wanted. */
  #filterBlocks(): boolean {
    for (let block = 0; block < blocksPerTurn; block++) {
      if (!this.#filterBlock()) return false;
    }
    return true;
  }

  #filterBlock(): boolean {
    const { limit = noLimit } = this.#task;
    const size = this.#read();
    const start = this.#blockStart - this.#left;
    const end = this.#blockStart + size;
    const result = this.#loop.run({ start, end, output: this.#outputEnd, limit: limit - this.#matches });
    this.#packets += result.packets;
    this.#matches += result.matches;
    this.#offset += result.at - start;
    this.#outputEnd = result.output;
    if (this.#outputEnd - this.#outputStart >= outputFlushBytes) this.#flush();
    if (this.#matches >= limit) return false;
    this.#keepRest(result.at, end);
    if (size === blockBytes) return true;
    if (this.#left > 0) throw truncatedRecord(this.#layout, this.#left, this.#offset);
    return false;
  }

  /** Puts a record that the end of the block cuts in front of the next block. @throws FormatError when it is damaged. */
  #keepRest(at: number, end: number): void {
    const { endian, recordHeaderBytes, maxCapturedBytes } = this.#layout;
    this.#left = end - at;
    if (this.#left >= recordHeaderBytes) {
      const captured = this.#view.getUint32(at + 8, endian === 'little');
      if (captured > maxCapturedBytes) throw implausibleRecord(this.#layout, captured, this.#offset);
    }
    this.#loop.memory.copyWithin(this.#blockStart - this.#left, at, end);
  }

  #flush(): void {
    const { output } = this.#task;
    output?.write(this.#loop.memory.subarray(this.#outputStart, this.#outputEnd));
    this.#outputEnd = this.#outputStart;
  }

  #read(): number {
    const { fd, path } = this.#task;
    try {
      const size = readSync(fd, this.#loop.memory, this.#blockStart, blockBytes, this.#readOffset);
      this.#readOffset += size;
      return size;
    } catch (error) {
      throw fileProblem('read', path, error);
    }
  }
}

/**
 * Counts the matching packets of a pcap file, and writes them if asked.
 * @throws SourceError for a bad expression, UsageError when it cannot be read or written.
 */
export function filterFile(task: FilterFileTask, layout: PcapLayout): Promise<FilterFileResult> {
  task.output?.write(layout.raw);
  return new FileFilter(task, layout).run();
}
