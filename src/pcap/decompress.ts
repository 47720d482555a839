// Decompresses gzip and zstd input, told by its first bytes; anything else passes through.

import { FormatError } from '../base/index.ts';

type Chunks = AsyncIterable<Uint8Array>;

/** Largest zstd window accepted, as the zstd command does without --long. */
const maxZstdWindowBytes = 128 << 20;

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

/** How the input is compressed, by its first four bytes. */
export function compressionOf(start: Uint8Array): 'gzip' | 'zstd' | undefined {
  if (startsWith(start, 0x1f, 0x8b)) return 'gzip';
  const isSkippable = ((start[0] ?? 0) & 0xf0) === 0x50 && startsWith(start.subarray(1), 0x2a, 0x4d, 0x18);
  return startsWith(start, 0x28, 0xb5, 0x2f, 0xfd) || isSkippable ? 'zstd' : undefined;
}

function damaged(what: string, cause: unknown): FormatError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FormatError(`${what} input`, `damaged or truncated (${reason})`, { cause });
}

/** Bytes of a source error are the source's own fault, not the format's. */
class SourceFailure {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

function readable(source: Chunks): ReadableStream<BufferSource> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream<BufferSource>({
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array<ArrayBuffer>);
      } catch (error) {
        controller.error(new SourceFailure(error));
      }
    },
    async cancel(): Promise<void> {
      await iterator.return?.();
    },
  });
}

async function* gunzip(source: Chunks): AsyncGenerator<Uint8Array, void, void> {
  const reader = readable(source).pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw error instanceof SourceFailure ? error.error : damaged('gzip', error);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Window size of a zstd frame (RFC 8878, section 3.1.1.1), 0 where it is the content's size. */
function zstdWindowBytes(start: Uint8Array): number {
  const isSingleSegment = ((start[4] ?? 0) & 0x20) !== 0;
  const descriptor = start[5] ?? 0;
  if (isSingleSegment || start[0] !== 0x28) return 0;
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

async function* unzstd(source: Chunks): AsyncGenerator<Uint8Array, void, void> {
  const { Decompress } = await import('fzstd');
  let output: Uint8Array[] = [];
  const stream = new Decompress((chunk) => {
    if (chunk.byteLength > 0) output.push(chunk);
  });
  let isFirst = true;
  const step = (chunk: Uint8Array, isLast: boolean): Error | undefined => {
    try {
      if (isFirst && zstdWindowBytes(chunk) > maxZstdWindowBytes) throw new Error('its window is larger than 128 MiB');
      isFirst = false;
      stream.push(chunk, isLast);
      return undefined;
    } catch (error) {
      return damaged('zstd', error);
    }
  };
  for await (const chunk of source) {
    const failure = step(chunk, false);
    yield* output;
    output = [];
    if (failure) throw failure;
  }
  const failure = step(new Uint8Array(0), true);
  yield* output;
  if (failure) throw failure;
}

/** The source with its first chunk at least four bytes long, if there are so many. */
async function withStart(source: Chunks): Promise<{ start: Uint8Array; all: Chunks }> {
  const iterator = source[Symbol.asyncIterator]();
  let start: Uint8Array = new Uint8Array(0);
  while (start.byteLength < 16) {
    const { done, value } = await iterator.next();
    if (done) break;
    const joined = new Uint8Array(start.byteLength + value.byteLength);
    joined.set(start);
    joined.set(value, start.byteLength);
    start = start.byteLength === 0 ? value : joined;
  }
  async function* all(): AsyncGenerator<Uint8Array, void, void> {
    try {
      if (start.byteLength > 0) yield start;
      for (let step = await iterator.next(); !step.done; step = await iterator.next()) yield step.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { start, all: all() };
}

/** Uncompressed bytes of a source. @throws FormatError when compressed data are damaged, after all before the damage. */
export async function* decompress(source: Chunks): AsyncGenerator<Uint8Array, void, void> {
  const { start, all } = await withStart(source);
  const kind = compressionOf(start);
  if (kind === 'gzip') yield* gunzip(all);
  else if (kind === 'zstd') yield* unzstd(all);
  else yield* all;
}
