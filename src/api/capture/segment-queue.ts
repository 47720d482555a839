// Lets a second thread filter segments of a file ahead of the first, and hands out what both found in the order of the file.

import { readSync } from 'node:fs';
import type { RecordLoop } from '../../vm/index.ts';
import { blockBytes, headroomBytes, places } from './loop-memory.ts';
import type { SecondThread } from './second-thread.ts';
import { claimSegment, filterSegment, openThread, type SegmentPlan, type SegmentThread } from './segment-thread.ts';

/** What one segment gave, if its first record starts where it seemed to. */
export interface SegmentOutcome {
  /** Offsets in the file: where its first record starts, and its next one; -1 where none was found. */
  readonly start: number;
  readonly end: number;
  /** Offset of the segment's last byte plus one. */
  readonly segmentEnd: number;
  readonly packets: number;
  readonly matches: number;
  /** Its matching records; valid until the next outcome is asked for. */
  readonly output: Uint8Array;
}

/** A file to filter. */
export interface SegmentedFile {
  readonly fd: number;
  readonly sizeBytes: number;
}

const usualSegmentBytes = 1 << 23;
const slotCount = 4;
const slots = { first: 16, size: 16, ready: 4, place: 5 } as const;
const words = { next: 8, taken: 9 } as const;
const stepsPerTurn = 16;
const patienceMs = 20;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The segments that this thread and a second one work at. */
export class SegmentQueue implements Disposable {
  readonly #second: SecondThread;
  readonly #segmentBytes: number;
  #thread: SegmentThread | undefined;
  /** Segments that the first thread filtered itself. */
  ownSegments = 0;

  /** The second thread ends with the queue. */
  constructor(second: SecondThread, segmentBytes: number = usualSegmentBytes) {
    this.#second = second;
    this.#segmentBytes = segmentBytes;
  }

  /** Bytes of memory that {@link outcomes} needs for outputs. */
  get outputBytes(): number {
    return slotCount * this.#segmentBytes;
  }

  /** What the segments gave, in order; ends early when the second thread fails. */
  async *outcomes(loop: RecordLoop, file: SegmentedFile): AsyncGenerator<SegmentOutcome> {
    const { module, memory } = loop;
    const plan = planSegments(file, this.#segmentBytes);
    this.#second.begin({ plan, module, memory, blockStart: places.blocks[1] });
    const thread = openThread({ plan, module, memory, blockStart: places.blocks[0] }, readSync);
    this.#thread = thread;
    let steps = 0;
    for (let segment = 0; segment < plan.segmentCount && !this.#second.hasFailed; ) {
      if (++steps % stepsPerTurn === 0) await turn();
      const outcome = outcomeOf(thread, segment);
      if (outcome) {
        yield outcome;
        segment++;
        takeOut(thread, segment);
      } else {
        await this.#work(thread, segment);
      }
    }
  }

  /** Filters a segment; when the second thread has the last that there is room for, waits for it. */
  async #work(thread: SegmentThread, segment: number): Promise<void> {
    const { plan } = thread;
    const claimed = claimSegment(thread, segment + plan.slotCount);
    if (claimed >= 0) {
      this.ownSegments++;
      filterSegment(thread, claimed);
      return;
    }
    const ready = slotOf(plan, segment) + slots.ready;
    const state = Atomics.load(thread.words, ready);
    if (state !== segment + 1 && Atomics.wait(thread.words, ready, state, patienceMs) === 'timed-out') await turn();
  }

  /** Ends the second thread. */
  [Symbol.dispose](): void {
    if (this.#thread) {
      Atomics.store(this.#thread.words, words.next, this.#thread.plan.segmentCount);
      takeOut(this.#thread, -1);
    }
    this.#second[Symbol.dispose]();
  }
}

function planSegments({ fd, sizeBytes }: SegmentedFile, segmentBytes: number): SegmentPlan {
  return {
    ...{ fd, fileBytes: sizeBytes, segmentBytes, segmentCount: Math.ceil(sizeBytes / segmentBytes) },
    ...{ blockBytes, headroomBytes, slotCount, outputs: places.outputs, outputBytes: segmentBytes, words, slots },
  };
}

const slotOf = ({ slots: { first, size } }: SegmentPlan, segment: number): number =>
  first + (segment % slotCount) * size;

/** What a segment gave; undefined when it is not ready. */
function outcomeOf({ plan, words: shared, bytes }: SegmentThread, segment: number): SegmentOutcome | undefined {
  const slot = slotOf(plan, segment);
  if (Atomics.load(shared, slot + slots.ready) !== segment + 1) return undefined;
  const [, outputEnd = 0, packets = 0, matches = 0] = shared.subarray(slot);
  const [start = -1, end = 0] = shared.subarray(slot + slots.place);
  const from = segment * plan.segmentBytes;
  const output = plan.outputs + (segment % slotCount) * plan.outputBytes;
  return {
    start: start < 0 ? -1 : from + start,
    end: from + end,
    segmentEnd: Math.min(plan.fileBytes, from + plan.segmentBytes),
    packets,
    matches,
    output: bytes.subarray(output, outputEnd),
  };
}

/** Tells the second thread that so many segments have left their slots. */
function takeOut({ words: shared }: SegmentThread, count: number): void {
  Atomics.store(shared, words.taken, count);
  Atomics.notify(shared, words.taken);
}
