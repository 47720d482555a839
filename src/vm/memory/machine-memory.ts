// The machine's memory: regions with red zones between them, and two bitmaps saying which bytes may be read and written.
//
//     0            FIRST_ADDRESS                         limit        limit + limit/8     limit + limit/4
//     | control    | regions, red zones ...              | readable   | writable          |
//
// One bit per byte in each bitmap. When regions need more, the limit moves up and the bitmaps with it.

import { SyscallError } from '../../base/index.ts';
import { FreeList } from './free-list.ts';
import { FIRST_ADDRESS, RED_ZONE } from './layout.ts';

const PAGE = 0x1_0000;
/** The limit moves in steps of so many bytes: bitmaps stay page-aligned. */
const STEP = 8 * PAGE;
/** Above this, Wasm's 4 GiB would not hold memory, bitmaps and handles. */
const LARGEST = 0xa000_0000;

/** What a program may do with a region. */
export type Permission = 'none' | 'read' | 'write';

/** A piece of memory with a name. */
export interface Region {
  readonly name: string;
  readonly start: number;
  readonly size: number;
}

/** Globals that compiled code reads: they move when memory grows. */
export interface MemoryGlobals {
  /** i64: no address from here on is anything's; at least 64 bytes before the readable bitmap. */
  readonly limit: WebAssembly.Global;
  /** i32: address of the bitmap of readable bytes. */
  readonly readable: WebAssembly.Global;
  /** i32: address of the bitmap of writable bytes. */
  readonly writable: WebAssembly.Global;
}

function nameOf({ name, size, start }: Region): string {
  return `${name} (${size} bytes at 0x${start.toString(16)})`;
}

function bitmapEnd(limit: number): number {
  return limit + limit / 4;
}

/** Linear memory shared by programs, maps and helpers. */
export class MachineMemory {
  readonly memory: WebAssembly.Memory;
  readonly globals: MemoryGlobals;
  /** The bytes; replaced when memory grows, so never keep it across an allocation. */
  u8: Uint8Array;
  i32: Int32Array;
  view: DataView;
  /** Addresses from here on are outside. */
  limit: number;
  #readable: number;
  #writable: number;
  readonly #regions = new Map<number, Region>();
  readonly #free = new FreeList();
  #sorted: Region[] | undefined;

  constructor(initialBytes = STEP) {
    this.limit = Math.ceil(initialBytes / STEP) * STEP;
    this.#readable = this.limit;
    this.#writable = this.limit + this.limit / 8;
    this.memory = new WebAssembly.Memory({ initial: bitmapEnd(this.limit) / PAGE, maximum: 65536 });
    this.globals = {
      limit: new WebAssembly.Global({ value: 'i64', mutable: true }, BigInt(this.limit - RED_ZONE)),
      readable: new WebAssembly.Global({ value: 'i32', mutable: true }, this.#readable | 0),
      writable: new WebAssembly.Global({ value: 'i32', mutable: true }, this.#writable | 0),
    };
    this.u8 = new Uint8Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.#free.add(FIRST_ADDRESS, this.limit - FIRST_ADDRESS);
  }

  /** All regions by address. */
  regions(): readonly Region[] {
    this.#sorted ??= [...this.#regions.values()].sort((a, b) => a.start - b.start);
    return this.#sorted;
  }

  /**
   * Takes zeroed memory, red zones around it.
   * @throws SyscallError ENOMEM when the machine's 2.5 GiB are used up.
   */
  allocate(name: string, sizeBytes: number, permission: Permission, alignment = 8): Region {
    const slack = Math.max(0, alignment - RED_ZONE);
    const needed = Math.ceil(sizeBytes / 8) * 8 + 2 * RED_ZONE + slack;
    let block = this.#free.take(needed);
    if (block === undefined) {
      this.#grow(needed);
      block = this.#free.take(needed);
    }
    if (block === undefined) throw new SyscallError('allocate', 'ENOMEM', { context: name });
    const start = Math.ceil((block + RED_ZONE) / alignment) * alignment;
    const region: Region = { name, start, size: sizeBytes };
    this.#regions.set(start, region);
    this.#blocks.set(start, { at: block, size: needed });
    this.#sorted = undefined;
    if (permission !== 'none') this.protect(start, sizeBytes, permission);
    return region;
  }

  readonly #blocks = new Map<number, { at: number; size: number }>();

  /** Gives a region back; its bytes are zeroed and no longer accessible. */
  free(region: Region): void {
    const block = this.#blocks.get(region.start);
    if (!block || this.#regions.get(region.start) !== region) return;
    this.#blocks.delete(region.start);
    this.#regions.delete(region.start);
    this.#sorted = undefined;
    this.protect(region.start, region.size, 'none');
    this.u8.fill(0, region.start, region.start + region.size);
    this.#free.add(block.at, block.size);
  }

  /** Says what programs may do with some bytes. */
  protect(start: number, sizeBytes: number, permission: Permission): void {
    this.#mark(this.#readable, start, { size: sizeBytes, on: permission !== 'none' });
    this.#mark(this.#writable, start, { size: sizeBytes, on: permission === 'write' });
  }

  #mark(bitmap: number, start: number, range: { size: number; on: boolean }): void {
    const end = start + range.size;
    const firstWhole = Math.min(end, Math.ceil(start / 8) * 8);
    const lastWhole = Math.max(firstWhole, Math.floor(end / 8) * 8);
    for (let at = start; at < firstWhole; at++) this.#markByte(bitmap, at, range.on);
    this.u8.fill(range.on ? 0xff : 0, bitmap + firstWhole / 8, bitmap + lastWhole / 8);
    for (let at = lastWhole; at < end; at++) this.#markByte(bitmap, at, range.on);
  }

  #markByte(bitmap: number, at: number, on: boolean): void {
    const index = bitmap + (at >>> 3);
    const bit = 1 << (at & 7);
    const old = this.u8[index] as number;
    this.u8[index] = on ? old | bit : old & ~bit;
  }

  /** Whether a program may read 1, 2, 4 or 8 bytes there. */
  canRead(address: number, size: number): boolean {
    return this.#allowed(this.#readable, address, size);
  }

  /** Whether a program may write 1, 2, 4 or 8 bytes there. */
  canWrite(address: number, size: number): boolean {
    return this.#allowed(this.#writable, address, size);
  }

  #allowed(bitmap: number, address: number, size: number): boolean {
    if (address >= this.limit - RED_ZONE) return false;
    const index = bitmap + (address >>> 3);
    const bits = (this.u8[index] as number) | ((this.u8[index + 1] as number) << 8);
    const mask = (1 << size) - 1;
    return ((bits >>> (address & 7)) & mask) === mask;
  }

  /** Whether a program may read (or write) any number of bytes there. */
  canAccess(address: number, sizeBytes: number, write: boolean): boolean {
    if (address < 0 || address + sizeBytes > this.limit) return false;
    const bitmap = write ? this.#writable : this.#readable;
    let at = address;
    const end = address + sizeBytes;
    while (at < end) {
      if ((at & 7) === 0 && at + 8 <= end) {
        if (this.u8[bitmap + (at >>> 3)] !== 0xff) return false;
        at += 8;
      } else {
        if (((this.u8[bitmap + (at >>> 3)] as number) & (1 << (at & 7))) === 0) return false;
        at++;
      }
    }
    return true;
  }

  /** A view, valid until the next allocation. */
  bytes(address: number, sizeBytes: number): Uint8Array {
    return this.u8.subarray(address, address + sizeBytes);
  }

  /** A copy. */
  copy(address: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
    return this.u8.slice(address, address + sizeBytes) as Uint8Array<ArrayBuffer>;
  }

  u32(address: number): number {
    return this.view.getUint32(address, true);
  }

  u64(address: number): bigint {
    return this.view.getBigUint64(address, true);
  }

  setU32(address: number, value: number): void {
    this.view.setUint32(address, value, true);
  }

  setU64(address: number, value: bigint): void {
    this.view.setBigUint64(address, BigInt.asUintN(64, value), true);
  }

  /** What lies nearest to an address, in words. */
  describe(address: bigint): string {
    if (address < BigInt(FIRST_ADDRESS)) return 'a null pointer or near it';
    const at = Number(address);
    let nearest: { region: Region; distance: number } | undefined;
    for (const region of this.regions()) {
      const end = region.start + region.size;
      const distance = at < region.start ? region.start - at : Math.max(0, at - end + 1);
      if (!nearest || distance < nearest.distance) nearest = { region, distance };
    }
    if (!nearest || nearest.distance > 2 ** 31) return 'no memory of the machine';
    const { region } = nearest;
    const end = region.start + region.size;
    if (at < region.start) return `${region.start - at} bytes before ${nameOf(region)}`;
    return at < end ? this.#describeInside(region, at) : `${at - end} bytes past the end of ${nameOf(region)}`;
  }

  /** Regions may be accessible in part, as the bytes of a packet in its buffer are. */
  #describeInside(region: Region, at: number): string {
    let end = at;
    while (end < region.start + region.size && this.canRead(end, 1)) end++;
    const isInside = end > at;
    while (end > region.start && !this.canRead(end - 1, 1)) end--;
    let start = end;
    while (start > region.start && this.canRead(start - 1, 1)) start--;
    if (start === end) return `offset ${at - region.start} in ${nameOf(region)}, before what is accessible`;
    const what = nameOf({ name: region.name, start, size: end - start });
    return isInside ? `offset ${at - start} in ${what}` : `${at - end} bytes past the end of ${what}`;
  }

  #grow(needed: number): void {
    const oldLimit = this.limit;
    const wanted = Math.max(oldLimit + needed, Math.min(oldLimit * 2, oldLimit + 0x1000_0000));
    const limit = Math.ceil(wanted / STEP) * STEP;
    if (limit > LARGEST) return;
    const pages = bitmapEnd(limit) / PAGE - this.memory.buffer.byteLength / PAGE;
    try {
      this.memory.grow(pages);
    } catch {
      return;
    }
    this.u8 = new Uint8Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.#moveBitmaps(limit);
    this.#free.add(oldLimit, limit - oldLimit);
  }

  #moveBitmaps(limit: number): void {
    const size = this.limit / 8;
    const bitmaps = this.u8.slice(this.#readable, this.#readable + 2 * size);
    this.u8.fill(0, this.#readable, this.#readable + 2 * size);
    this.limit = limit;
    this.#readable = limit;
    this.#writable = limit + limit / 8;
    this.u8.set(bitmaps.subarray(0, size), this.#readable);
    this.u8.set(bitmaps.subarray(size), this.#writable);
    this.globals.limit.value = BigInt(limit - RED_ZONE);
    this.globals.readable.value = this.#readable | 0;
    this.globals.writable.value = this.#writable | 0;
  }
}
