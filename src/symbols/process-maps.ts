// The memory map of a process, as /proc/PID/maps lists it (proc_pid_maps(5)).

import { readFileSync } from 'node:fs';

/** One mapping. */
export interface MemoryRegion {
  readonly start: bigint;
  /** First address behind it. */
  readonly end: bigint;
  readonly executable: boolean;
  /** Offset in the file. */
  readonly offset: number;
  /** `major:minor` of the file's device, in hex as the kernel prints it. */
  readonly device: string;
  /** 0 for memory without a file. */
  readonly inode: number;
  /** Path, or a name such as `[vdso]`; empty for anonymous memory. */
  readonly path: string;
  /** The file has been deleted or replaced since. */
  readonly deleted: boolean;
}

const line = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+) *(.*)$/;
const deletedMark = ' (deleted)';

/** Regions in ascending order; lines that do not look like one are left out. */
export function parseProcessMaps(text: string): MemoryRegion[] {
  const regions: MemoryRegion[] = [];
  for (const row of text.split('\n')) {
    const [, start, end, mode, offset, device, inode, path] = line.exec(row) ?? [];
    if (start === undefined || path === undefined) continue;
    const deleted = path.endsWith(deletedMark);
    const name = deleted ? path.slice(0, -deletedMark.length) : path;
    regions.push({
      start: BigInt(`0x${start}`),
      end: BigInt(`0x${end}`),
      executable: mode?.[2] === 'x',
      offset: Number.parseInt(offset ?? '0', 16),
      device: device ?? '',
      inode: Number(inode),
      path: name.replace(/\\012/g, '\n'),
      deleted,
    });
  }
  return regions;
}

/** The mappings of a process; empty when it is gone or not ours to look at. */
export function processMaps(pid: number): MemoryRegion[] {
  try {
    return parseProcessMaps(readFileSync(`/proc/${pid}/maps`, 'utf8'));
  } catch {
    return [];
  }
}

/** The region that covers the address; regions are in ascending order. */
export function findRegion(regions: readonly MemoryRegion[], address: bigint): MemoryRegion | undefined {
  let from = 0;
  let to = regions.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const region = regions[middle];
    if (region === undefined) return undefined;
    if (address < region.start) to = middle;
    else if (address >= region.end) from = middle + 1;
    else return region;
  }
  return undefined;
}
