// Memory shared with the kernel: mmap(2), seen as bytes.

import { systemCallFailure } from './failure.ts';
import { type SystemCalls, systemCalls } from './system-calls.ts';

const protRead = 1;
const protWrite = 2;
const mapShared = 0x01;
const mapPrivate = 0x02;
/** MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE */
const mapEmptyInPlace = 0x02 | 0x10 | 0x20 | 0x4000;

/** What to map. */
export interface MappingRequest {
  readonly fd: number;
  readonly sizeBytes: number;
  readonly writable: boolean;
  /** Files that can only be read need it; default: shared. */
  readonly isPrivate?: boolean;
  /** Offset in the file, a multiple of the page size; default 0. */
  readonly offset?: number;
  /** Where, for memory whose address is part of a program (arenas); default: anywhere. */
  readonly address?: bigint;
  /** For messages. */
  readonly label: string;
}

interface Region {
  readonly system: SystemCalls;
  readonly address: number;
  readonly sizeBytes: number;
}

/** Gives the addresses back only when no view of them can exist any more. */
const unreachable = new FinalizationRegistry<Region>(({ system, address, sizeBytes }) => {
  system.call('munmap', address, sizeBytes);
});

/**
 * Mapped memory. After {@link Mapping.close} its bytes read as zero and writes go nowhere: the kernel's pages are gone, but
 * views that someone still holds must not crash the process, and JavaScript cannot take them back.
 */
export class Mapping implements Disposable {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #region: Region;
  #closed = false;

  constructor(address: number, sizeBytes: number) {
    const system = systemCalls();
    const buffer = system.view(address, sizeBytes);
    this.#region = { system, address, sizeBytes };
    this.bytes = new Uint8Array(buffer);
    unreachable.register(buffer, this.#region);
  }

  get sizeBytes(): number {
    return this.#region.sizeBytes;
  }

  /** Lets go of the kernel's memory. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { system, address, sizeBytes } = this.#region;
    system.call('mmap', address, sizeBytes, protRead | protWrite, mapEmptyInPlace, -1, 0);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Maps a file of the kernel. @throws SyscallError */
export function mapMemory(request: MappingRequest): Mapping {
  const { fd, sizeBytes, offset = 0, address: wanted = 0n } = request;
  const protection = request.writable ? protRead | protWrite : protRead;
  const fixed = wanted === 0n ? 0 : 0x100000; // MAP_FIXED_NOREPLACE
  const flags = (request.isPrivate ? mapPrivate : mapShared) | fixed;
  const address = systemCalls().call('mmap', wanted, sizeBytes, protection, flags, fd, offset);
  if (address < 0) throw systemCallFailure('mmap', address, request.label);
  return new Mapping(address, sizeBytes);
}
