// Reads pcap and pcapng as their bytes come in.

import { FormatError } from '../base/index.ts';
import { ByteWindow } from './byte-window.ts';
import { captureFormat } from './capture-format.ts';
import { type Decoder, PcapDecoder } from './pcap-records.ts';
import { PcapngDecoder } from './pcapng-blocks.ts';
import type { CaptureFormat, CaptureItem } from './types.ts';

/**
 * Incremental reader of uncompressed capture files: `push` bytes as they come, take `items()`, and call `end` after the last.
 *
 * @example
 * const reader = new CaptureReader();
 * reader.push(bytes);
 * for (const item of reader.items()) if (item.kind === 'packet') console.log(item.data.byteLength);
 * reader.end();
 */
export class CaptureReader {
  readonly #window = new ByteWindow();
  #decoder: Decoder | undefined;
  #format: CaptureFormat | undefined;

  /** Known once the first four bytes are. */
  get format(): CaptureFormat | undefined {
    return this.#format;
  }

  /** Offset in the whole input of what comes next. */
  get offset(): number {
    return this.#window.offset;
  }

  /** Bytes that were pushed and are not taken yet. */
  get rest(): Uint8Array {
    return this.#window.rest();
  }

  /** Goes on with other bytes, at `offset` of the whole input: for who knows what the records before them hold. */
  restart(bytes: Uint8Array, offset: number): void {
    this.#window.restart(bytes, offset);
  }

  /** The items in bytes that were picked out of the input: whole records, none of which describes others. */
  *itemsIn(bytes: Uint8Array): Generator<CaptureItem, void, void> {
    const window = new ByteWindow();
    window.push(bytes);
    for (let item = this.#decoder?.next(window); item; item = this.#decoder?.next(window)) yield item;
  }

  /** Adds bytes; they are viewed, not copied, as long as the items taken from them are in use. */
  push(chunk: Uint8Array): void {
    this.#window.push(chunk);
  }

  /** The items complete by now. @throws FormatError after all items before the fault. */
  *items(): Generator<CaptureItem, void, void> {
    for (let item = this.next(); item; item = this.next()) yield item;
  }

  /** The next item; undefined when it is not complete yet. @throws FormatError */
  next(): CaptureItem | undefined {
    this.#decoder ??= this.#choose();
    return this.#decoder?.next(this.#window);
  }

  /** To be called when all bytes were pushed and all items taken. @throws FormatError when the file ends too early. */
  end(): void {
    if (this.#decoder) this.#decoder.end(this.#window);
    else throw new FormatError('capture file', `truncated: ${this.#window.available} bytes in all`, { offset: 0 });
  }

  #choose(): Decoder | undefined {
    if (!this.#window.ensure(4)) return undefined;
    const { bytes, at } = this.#window;
    this.#format = captureFormat(bytes.subarray(at, at + 4));
    if (!this.#format) {
      throw new FormatError('capture file', 'neither pcap nor pcapng (unknown magic number)', { offset: 0 });
    }
    return this.#format === 'pcap' ? new PcapDecoder() : new PcapngDecoder();
  }
}
