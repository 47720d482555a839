// Batch commands of one map: many entries per system call, where the kernel has them for the map's type.
// Source: kernel/bpf/hashtab.c __htab_map_lookup_and_delete_batch, kernel/bpf/syscall.c generic_map_*_batch (v6.18).

import { type BpfCommand, errno, systemCallFailure, tryBpf } from '../../sys/index.ts';

/** Entries one after the other: `count` keys and `count` values. */
export interface EntryBatch {
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  readonly count: number;
}

/** What the batch commands need to know of a map. */
export interface BatchedMap {
  readonly fd: () => number;
  readonly keySize: number;
  readonly valueStride: number;
  readonly maxEntries: number;
  readonly label: string;
}

/** Aimed size of a batch's buffers: large enough to make calls rare, small enough to stay in the processor's cache. */
const batchBytes = 1 << 20;
const smallestBatch = 64;
/** How often an interrupted batch without progress is tried again. */
const interruptRetries = 16;

const interruptedResults: ReadonlySet<number> = new Set([-errno.EINTR, -errno.EAGAIN]);
const unsupportedResults: ReadonlySet<number> = new Set([-errno.ENOTSUPP, -errno.EOPNOTSUPP, -errno.EINVAL]);

/** Entries per call. */
export function batchCount(map: BatchedMap): number {
  const fitting = Math.floor(batchBytes / Math.max(1, map.keySize + map.valueStride));
  return Math.max(1, Math.min(map.maxEntries, Math.max(smallestBatch, fitting)));
}

/** No bucket holds more than the whole map, which for LRU maps may exceed its entries by what each CPU has in reserve. */
function largestBatch(map: BatchedMap): number {
  return 2 * map.maxEntries + 4096;
}

/** One `BPF_MAP_LOOKUP_BATCH`: what it read, where it stopped, how it ended. */
interface ReadStep extends EntryBatch {
  readonly result: number;
  readonly cursor: Uint8Array;
}

function readStep(map: BatchedMap, wanted: number, cursor: Uint8Array | undefined): ReadStep {
  const keys = new Uint8Array(wanted * map.keySize);
  const values = new Uint8Array(wanted * map.valueStride);
  const out = new Uint8Array(Math.max(8, map.keySize));
  const { result, attribute } = tryBpf('BPF_MAP_LOOKUP_BATCH', {
    map_fd: map.fd(),
    in_batch: cursor,
    out_batch: out,
    keys,
    values,
    count: wanted,
  });
  return { keys, values, count: attribute().count, cursor: out, result };
}

/** What to do after a step. */
type Verdict = 'continue' | 'end' | 'enlarge' | 'repeat' | 'unsupported' | 'fail';

function judge(step: ReadStep, isFirst: boolean, canGrow: boolean): Verdict {
  const { result, count } = step;
  if (result >= 0) return 'continue';
  if (result === -errno.ENOENT) return 'end';
  if (result === -errno.ENOSPC && canGrow) return 'enlarge'; // a bucket holds more entries than fit
  if (interruptedResults.has(result)) return count > 0 ? 'continue' : 'repeat';
  // Socket maps say ENOSPC for values that cannot be read.
  return isFirst && (unsupportedResults.has(result) || result === -errno.ENOSPC) ? 'unsupported' : 'fail';
}

/**
 * Reads the map in batches. The buffers of each belong to the caller.
 * Returns false, before any batch, where the kernel has no batches for this map type.
 */
export function* readBatches(map: BatchedMap): Generator<EntryBatch, boolean> {
  let wanted = batchCount(map);
  let cursor: Uint8Array | undefined;
  let repeats = 0;
  for (;;) {
    const step = readStep(map, wanted, cursor);
    const verdict = judge(step, cursor === undefined, wanted < largestBatch(map));
    if (verdict === 'unsupported') return false;
    repeats = verdict === 'repeat' ? repeats + 1 : 0;
    if (verdict === 'fail' || repeats > interruptRetries) {
      throw systemCallFailure('bpf(BPF_MAP_LOOKUP_BATCH)', step.result, map.label);
    }
    if (verdict === 'enlarge') wanted *= 2;
    if (verdict !== 'continue' && verdict !== 'end') continue;
    if (step.count > 0) yield step;
    if (verdict === 'end') return true;
    cursor = step.cursor;
  }
}

/** How far a batch of writes came. */
export interface BatchProgress {
  /** Entries done. */
  readonly done: number;
  /** 0, or the negated errno of the entry after those. */
  readonly result: number;
}

function runBatch(command: BpfCommand, map: BatchedMap, batch: EntryBatch, flags: number): BatchProgress | undefined {
  const { result, attribute } = tryBpf(command as 'BPF_MAP_UPDATE_BATCH', {
    map_fd: map.fd(),
    keys: batch.keys,
    values: batch.values,
    count: batch.count,
    elem_flags: flags,
  });
  if (result === -errno.ENOTSUPP || result === -errno.EOPNOTSUPP) return undefined;
  const { count } = attribute();
  // The kernel leaves the count alone when it refuses the whole command.
  const untouched = result < 0 && count === batch.count;
  if (untouched && result === -errno.EINVAL) return undefined;
  return { done: untouched ? 0 : count, result };
}

/** Writes entries; undefined where the kernel has no batches for this map type. */
export function writeBatch(map: BatchedMap, batch: EntryBatch, flags: number): BatchProgress | undefined {
  return runBatch('BPF_MAP_UPDATE_BATCH', map, batch, flags);
}

/** Deletes keys (`values` is ignored); undefined where the kernel has no batches for this map type. */
export function deleteBatch(map: BatchedMap, batch: EntryBatch): BatchProgress | undefined {
  return runBatch('BPF_MAP_DELETE_BATCH', map, { ...batch, values: new Uint8Array(0) }, 0);
}
