// What two threads do with the segments of a file. The second thread gets the text of these functions, so that it needs no module
// of its own: they use nothing but their arguments and each other.

import type { readSync } from 'node:fs';
import type { RecordFinder, RecordRun } from '../../vm/index.ts';

/** What both threads know; plain data. Addresses are those of the memory they share, `words` of 32-bit words in it. */
export interface SegmentPlan {
  readonly fd: number;
  readonly fileBytes: number;
  readonly segmentBytes: number;
  readonly segmentCount: number;
  readonly blockBytes: number;
  /** Room in front of blocks. */
  readonly headroomBytes: number;
  /** Each segment leaves what it gave in one of so many slots, segment by segment in turn. */
  readonly slotCount: number;
  /** Where matching records of the slots go, and how many bytes each slot has for them. */
  readonly outputs: number;
  readonly outputBytes: number;
  /** Words: the next segment to claim, and how many have been taken out of their slots. */
  readonly words: { readonly next: number; readonly taken: number };
  /**
   * Words of a slot, from `first + slot * size` on: the loop's state, then at `ready` one more than the number of the segment
   * it holds, and at `place` where its first and its next record start in the segment (-1: none was found).
   */
  readonly slots: { readonly first: number; readonly size: number; readonly ready: number; readonly place: number };
}

/** One thread: what it shares, and its own place for blocks. */
export interface SegmentThread {
  readonly plan: SegmentPlan;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly blockStart: number;
  readonly run: RecordRun;
  readonly find: RecordFinder;
  readonly readSync: typeof readSync;
}

/** Filters what seem to be the whole records of a segment. Whether its first record is one, the first thread finds out. */
export function filterSegment(thread: SegmentThread, segment: number): void {
  const { plan, bytes, words, blockStart } = thread;
  const from = segment * plan.segmentBytes;
  const to = Math.min(plan.fileBytes, from + plan.segmentBytes);
  const slot = plan.slots.first + (segment % plan.slotCount) * plan.slots.size;
  const outputStart = plan.outputs + (segment % plan.slotCount) * plan.outputBytes;
  let [start, left, offset] = [-1, 0, from];
  words.set([0, outputStart, 0, 0], slot);
  while (offset < to) {
    const size = thread.readSync(plan.fd, bytes, blockStart, Math.min(plan.blockBytes, to - offset), offset);
    const end = blockStart + size;
    const first = start < 0 ? thread.find(blockStart, end) : blockStart - left;
    if (size === 0 || first < 0) break;
    if (start < 0) start = first - blockStart;
    thread.run(first, end, 4 * slot, 0xffff_ffff);
    const at = words[slot] as number;
    offset += size;
    left = end - at;
    // A record that the loop does not take.
    if (left > plan.headroomBytes) break;
    bytes.copyWithin(blockStart - left, at, end);
  }
  words.set([start, offset - from - left], slot + plan.slots.place);
  Atomics.store(words, slot + plan.slots.ready, segment + 1);
  Atomics.notify(words, slot + plan.slots.ready);
}

/** Takes the next segment that is before `end`; -1 when there is none. */
export function claimSegment({ plan, words }: SegmentThread, end: number): number {
  for (;;) {
    const next = Atomics.load(words, plan.words.next);
    if (next >= Math.min(end, plan.segmentCount)) return -1;
    if (Atomics.compareExchange(words, plan.words.next, next, next + 1) === next) return next;
  }
}

/** The second thread: filters segments until there are no more, as far ahead of the first as there are slots. */
export function serveSegments(thread: SegmentThread): void {
  const { plan, words } = thread;
  while (Atomics.load(words, plan.words.next) < plan.segmentCount) {
    const taken = Atomics.load(words, plan.words.taken);
    const segment = claimSegment(thread, taken + plan.slotCount);
    if (segment >= 0) filterSegment(thread, segment);
    else Atomics.wait(words, plan.words.taken, taken);
  }
}

/** What the second thread is told. */
export interface ThreadMessage {
  readonly plan: SegmentPlan;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly blockStart: number;
}

/** A thread with an instance of the loop of its own. */
export function openThread(message: ThreadMessage, read: typeof readSync): SegmentThread {
  const { plan, module, memory, blockStart } = message;
  const { run, find } = new WebAssembly.Instance(module, { m: { memory } }).exports;
  const [bytes, words] = [new Uint8Array(memory.buffer), new Int32Array(memory.buffer)];
  return { plan, blockStart, readSync: read, run: run as RecordRun, find: find as RecordFinder, bytes, words };
}

/** The program of the second thread. */
export function threadText(): string {
  return `'use strict';
    const { parentPort } = require('node:worker_threads');
    const { readSync } = require('node:fs');
    ${[filterSegment, claimSegment, serveSegments, openThread].join('\n')}
    parentPort.once('message', (message) => ${serveSegments.name}(${openThread.name}(message, readSync)));`;
}
