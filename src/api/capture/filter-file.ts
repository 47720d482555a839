// Filters a plain pcap file at full speed: blocks are read ahead straight into the memory of the WebAssembly loop.

import { fstatSync, read, readSync } from 'node:fs';
import { FormatError } from '../../base/index.ts';
import type { PcapLayout } from '../../pcap/index.ts';
import { implausibleRecord, parsePcapHeader, pcapHeaderBytes, truncatedRecord } from '../../pcap/index.ts';
import { compileRecordLoop, type RecordLoop, type RecordResult } from '../../vm/index.ts';
import { fileProblem, type OutputFile } from './output-file.ts';
import type { PacketFilter } from './packet-filter.ts';

/** What to do. */
export interface FilterFileTask {
  /** An open, plain pcap file that {@link canFilterFast} accepted. */
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

/** Bytes per read: small enough for a block to be still in the cache when the loop comes to it. */
const blockBytes = 1 << 18;
/** Blocks under way: one is being filtered while the thread pool reads the others. */
const slotCount = 4;
/** Packets larger than this are for the reader of items. */
const largestPacket = 1 << 19;
const noLimit = 0xffff_ffff;

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

/** One place in the memory: what is left over from the block before is put right in front of the next block. */
interface Slot {
  readonly start: number;
  reading: Promise<number>;
}

class FileFilter {
  readonly #task: FilterFileTask;
  readonly #layout: PcapLayout;
  readonly #loop: RecordLoop;
  readonly #view: DataView;
  readonly #slots: Slot[];
  readonly #outputStart: number;
  #outputEnd: number;
  #readOffset = pcapHeaderBytes;
  /** Offset in the file of the next record. */
  #offset = pcapHeaderBytes;
  #packets = 0;
  #matches = 0;

  constructor(task: FilterFileTask, layout: PcapLayout) {
    this.#task = task;
    this.#layout = layout;
    const { endian, recordHeaderBytes: headerBytes, maxCapturedBytes, snapLength } = layout;
    const headroom = Math.ceil((maxCapturedBytes + headerBytes) / 4096) * 4096;
    const sizeBytes = slotCount * (headroom + blockBytes) + 2 * (headroom + blockBytes);
    const format = { endian, headerBytes, maxCapturedBytes, snapLength, copies: task.output !== undefined };
    this.#loop = compileRecordLoop(task.filter.program(layout.linkType).instructions, format, {
      sizeBytes,
      rules: 'libpcap',
    });
    this.#view = new DataView(this.#loop.memory.buffer);
    const slotAt = (index: number): number => this.#loop.firstFree + index * (headroom + blockBytes) + headroom;
    this.#outputStart = slotAt(slotCount) - headroom;
    this.#outputEnd = this.#outputStart;
    this.#slots = Array.from({ length: slotCount }, (_, index) => this.#read({ start: slotAt(index) }));
  }

  async run(): Promise<FilterFileResult> {
    let fault: FormatError | undefined;
    try {
      await this.#filterAll();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      fault = error;
    } finally {
      // The thread pool must not write into memory that is gone.
      await Promise.allSettled(this.#slots.map(({ reading }) => reading));
      this.#flush();
    }
    return { packets: this.#packets, matches: this.#matches, fault };
  }

  async #filterAll(): Promise<void> {
    const { limit = noLimit, signal } = this.#task;
    let left = 0;
    for (let index = 0; !signal?.aborted; index = (index + 1) % slotCount) {
      const slot = this.#slots[index] as Slot;
      const size = await slot.reading;
      const end = slot.start + size;
      const { at } = this.#filterBlock(slot.start - left, end, limit - this.#matches);
      if (this.#matches >= limit) return;
      left = this.#checkRest(at, end);
      if (size < blockBytes) {
        if (left > 0) throw truncatedRecord(this.#layout, left, this.#offset);
        return;
      }
      const next = this.#slots[(index + 1) % slotCount] as Slot;
      this.#loop.memory.copyWithin(next.start - left, at, end);
      this.#read(slot);
    }
  }

  #filterBlock(start: number, end: number, limit: number): RecordResult {
    const result = this.#loop.run({ start, end, output: this.#outputEnd, limit });
    this.#packets += result.packets;
    this.#matches += result.matches;
    this.#offset += result.at - start;
    this.#outputEnd = result.output;
    // The second half of the output must be able to take a whole block.
    if (this.#outputEnd - this.#outputStart >= blockBytes) this.#flush();
    return result;
  }

  /** Bytes of the record that the block cuts. @throws FormatError when its length is damage. */
  #checkRest(at: number, end: number): number {
    const { endian, recordHeaderBytes, maxCapturedBytes } = this.#layout;
    const left = end - at;
    if (left < recordHeaderBytes) return left;
    const captured = this.#view.getUint32(at + 8, endian === 'little');
    if (captured > maxCapturedBytes) throw implausibleRecord(this.#layout, captured, this.#offset);
    return left;
  }

  #flush(): void {
    const { output } = this.#task;
    output?.write(this.#loop.memory.subarray(this.#outputStart, this.#outputEnd));
    this.#outputEnd = this.#outputStart;
  }

  #read<T extends { readonly start: number; reading?: Promise<number> }>(slot: T): T & Slot {
    const { fd, path } = this.#task;
    const position = this.#readOffset;
    this.#readOffset += blockBytes;
    const reading = new Promise<number>((resolve, reject) => {
      read(fd, this.#loop.memory, slot.start, blockBytes, position, (error, size) => {
        if (error) reject(fileProblem('read', path, error));
        else resolve(size);
      });
    });
    reading.catch(() => undefined); // told when its turn comes
    return Object.assign(slot, { reading });
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
