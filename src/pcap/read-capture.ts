// Capture files as async iterables: bytes in (compressed or not), items or packets out.

import { CaptureReader } from './capture-reader.ts';
import { decompress } from './decompress.ts';
import type { CaptureItem, Packet } from './types.ts';

/** Where bytes come from: a Node stream, a web `ReadableStream`, chunks, or all bytes at once. */
export type CaptureSource = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | Iterable<Uint8Array> | Uint8Array;

async function* chunksOf(source: CaptureSource): AsyncGenerator<Uint8Array, void, void> {
  if (source instanceof Uint8Array) yield source;
  else if (Symbol.asyncIterator in source || Symbol.iterator in source) yield* source as AsyncIterable<Uint8Array>;
  else yield* streamChunks(source);
}

// Not every browser's streams are async iterables.
async function* streamChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * Everything in a pcap or pcapng file, plain, gzip- or zstd-compressed, in file order.
 * @throws FormatError after all items before the fault.
 */
export async function* readCapture(source: CaptureSource): AsyncGenerator<CaptureItem, void, void> {
  const reader = new CaptureReader();
  for await (const chunk of decompress(chunksOf(source))) {
    reader.push(chunk);
    yield* reader.items();
  }
  reader.end();
}

/**
 * The packets of a pcap or pcapng file, plain, gzip- or zstd-compressed.
 * @throws FormatError after all packets before the fault.
 */
export async function* readPackets(source: CaptureSource): AsyncGenerator<Packet, void, void> {
  for await (const item of readCapture(source)) if (item.kind === 'packet') yield item;
}
