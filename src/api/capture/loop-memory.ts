// The memory of the loop over blocks, and what is where in it.

import { recordMemory } from '../../vm/index.ts';

/** Bytes per read: small enough for a block to be still in the processor's cache when the loop comes to it. */
export const blockBytes: number = 1 << 19;
/** What a block leaves over of its last record goes in front of the next block, if it is not larger. */
export const headroomBytes: number = 1 << 19;
/** Matching packets are handed on when there are so many bytes of them. */
export const outputFlushBytes: number = 1 << 19;
/** Interfaces of a section whose packets the loop can take. */
export const filterTableBytes = 4096;

const page = 1 << 16;

/** Places in the memory. The first page is for states: of the loop, of two threads, and which filter each interface has. */
export const places = {
  state: 0,
  filterTable: 4096,
  /** For each of two threads, where its blocks start. */
  blocks: [page + headroomBytes, page + 2 * headroomBytes + blockBytes],
  /** Output of the first thread itself; it takes a block more than what makes it be handed on. */
  output: page + 2 * (headroomBytes + blockBytes),
  /** Where two threads leave the output of segments. */
  outputs: page + 3 * (headroomBytes + blockBytes) + outputFlushBytes,
} as const;

/** The memory, and views of it. */
export class LoopMemory {
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  /** The loop's own words. */
  readonly state: Uint32Array;
  readonly filterTable: Uint8Array;

  constructor(segmentOutputBytes: number) {
    this.memory = recordMemory(places.outputs + segmentOutputBytes);
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.state = new Uint32Array(buffer, places.state, 4);
    this.filterTable = new Uint8Array(buffer, places.filterTable, filterTableBytes);
  }
}
