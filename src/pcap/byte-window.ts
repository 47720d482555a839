// Input that comes in chunks, seen as contiguous bytes where a record is complete; copies only what spans chunks.

/** The bytes not yet consumed. A chunk is kept and viewed, not copied, unless a record spans it and the next. */
export class ByteWindow {
  /** Where `at` points into. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  /** Start of what is not consumed. */
  at = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #consumedBefore = 0;

  /** Offset in the whole input of `at`. */
  get offset(): number {
    return this.#consumedBefore + this.at;
  }

  /** Bytes not consumed. */
  get available(): number {
    return this.bytes.byteLength - this.at + this.#pendingBytes;
  }

  /** Goes on with other bytes, which are at `offset` of the whole input. */
  restart(bytes: Uint8Array, offset: number): void {
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#replace(bytes);
    this.#consumedBefore = offset;
  }

  /** All bytes not consumed. */
  rest(): Uint8Array {
    this.ensure(this.available);
    return this.bytes.subarray(this.at);
  }

  push(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.byteLength;
  }

  /** Makes the next `size` bytes contiguous; false when so many have not come yet. */
  ensure(size: number): boolean {
    const rest = this.bytes.byteLength - this.at;
    if (rest >= size) return true;
    if (rest + this.#pendingBytes < size) return false;
    const [first] = this.#pending;
    if (rest === 0 && first && first.byteLength >= size) {
      this.#pending.shift();
      this.#pendingBytes -= first.byteLength;
      this.#replace(first);
    } else {
      this.#join(rest, size);
    }
    return true;
  }

  /** Makes one piece of exactly `size` bytes; what is left of the last chunk stays pending. */
  #join(rest: number, size: number): void {
    const joined = new Uint8Array(size);
    joined.set(this.bytes.subarray(this.at));
    for (let at = rest; at < size; ) {
      const chunk = this.#pending[0] as Uint8Array;
      const taken = Math.min(chunk.byteLength, size - at);
      joined.set(chunk.subarray(0, taken), at);
      at += taken;
      if (taken === chunk.byteLength) this.#pending.shift();
      else this.#pending[0] = chunk.subarray(taken);
    }
    this.#pendingBytes -= size - rest;
    this.#replace(joined);
  }

  #replace(bytes: Uint8Array): void {
    this.#consumedBefore += this.at;
    this.at = 0;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
