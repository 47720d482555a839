// The compiled loop for the interfaces that a capture file has told of so far.

import type { Endian } from '../../base/index.ts';
import type { ClassicInstruction } from '../../isa/index.ts';
import { type CaptureInterface, type InterfaceItem, maxCapturedBytes, parsePcapHeader } from '../../pcap/index.ts';
import { compileRecordLoop, noFilter, type RecordFormat, type RecordLoop, type RecordTask } from '../../vm/index.ts';
import { filterTableBytes, type LoopMemory, places } from './loop-memory.ts';
import type { FilterProgram } from './packet-filter.ts';

/** Filters in one loop: link types that need a filter of their own. Packets of more are taken one by one. */
const mostPrograms = 8;
const ethernet = 1;

/** What the loop left. */
export interface LoopOutcome {
  /** Address of the record it stopped at, and of where its output ends. */
  readonly at: number;
  readonly outputEnd: number;
  readonly packets: number;
  readonly matches: number;
}

/** Compiles the loop when an interface needs another one. */
export class CaptureLoop {
  readonly #memory: LoopMemory;
  readonly #task: RecordTask;
  readonly #programs: (readonly ClassicInstruction[])[] = [];
  readonly #compiled = new Map<string, RecordLoop>();
  #loop: RecordLoop | undefined;

  constructor(memory: LoopMemory, task: RecordTask) {
    this.#memory = memory;
    this.#task = task;
    this.startSection();
  }

  /** The loop; undefined as long as it can take no packet. */
  get compiled(): RecordLoop | undefined {
    return this.#loop;
  }

  /** A section begins: its interfaces are still to come. */
  startSection(): void {
    this.#memory.filterTable.fill(noFilter);
    this.#loop = undefined;
  }

  /** Takes packets of an interface from now on, if it can. */
  describe({ interface: from, raw }: InterfaceItem, program: FilterProgram): void {
    if (!program.isAttachable) return;
    if (from.isBlock) this.#describeBlock(from, program);
    else this.#describeFile(raw, program);
  }

  /** Whether it takes the usual packets of an interface. */
  takes({ isBlock, index }: CaptureInterface): boolean {
    if (!isBlock) return this.#loop !== undefined;
    return (this.#memory.filterTable[index] ?? noFilter) !== noFilter;
  }

  /** Runs it over the records from `start` to `end`, with the output going to `output`; stops after `limit` matches. */
  run(start: number, end: number, output: number, limit: number): LoopOutcome {
    const { state } = this.#memory;
    state.set([0, output, 0, 0]);
    this.#loop?.run(start, end, places.state, limit);
    const [at = start, outputEnd = output, packets = 0, matches = 0] = state;
    return { at, outputEnd, packets, matches };
  }

  #describeFile(header: Uint8Array, { instructions }: FilterProgram): void {
    const layout = parsePcapHeader(header);
    if (layout.lengthOrder !== 'captured-first') return;
    const { endian, recordHeaderBytes: headerBytes, maxCapturedBytes: most, snapLength, unitsPerSecond } = layout;
    const format = { endian, headerBytes, maxCapturedBytes: most, snapLength, unitsPerSecond } as const;
    this.#loop = compileRecordLoop([instructions], { kind: 'pcap', ...format, ...this.#task }, this.#memory.memory);
  }

  #describeBlock({ index, endian }: CaptureInterface, { instructions }: FilterProgram): void {
    if (index >= filterTableBytes) return;
    let filter = this.#programs.indexOf(instructions);
    if (filter < 0) {
      if (this.#programs.length === mostPrograms) return;
      filter = this.#programs.push(instructions) - 1;
    }
    this.#memory.filterTable[index] = filter;
    this.#loop = this.#forBlocks(endian);
  }

  #forBlocks(endian: Endian): RecordLoop {
    const key = `${endian} ${this.#programs.length}`;
    let loop = this.#compiled.get(key);
    if (!loop) {
      const filterTable = { start: places.filterTable, size: filterTableBytes };
      const maximum = maxCapturedBytes(ethernet);
      const format: RecordFormat = { kind: 'pcapng', endian, maxCapturedBytes: maximum, filterTable, ...this.#task };
      loop = compileRecordLoop(this.#programs, format, this.#memory.memory);
      this.#compiled.set(key, loop);
    }
    return loop;
  }
}
