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
      this.#merge(rest);
    }
    return true;
  }

  #merge(rest: number): void {
    const merged = new Uint8Array(rest + this.#pendingBytes);
    merged.set(this.bytes.subarray(this.at));
    let at = rest;
    for (const chunk of this.#pending) {
      merged.set(chunk, at);
      at += chunk.byteLength;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#replace(merged);
  }

  #replace(bytes: Uint8Array): void {
    this.#consumedBefore += this.at;
    this.at = 0;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
