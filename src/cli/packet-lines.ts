// Packets as lines on standard output: as tcpdump prints them, or as JSON.

import { decodePacket, type Layer, type Packet, PacketPrinter } from '../pcap/index.ts';
import { toJson } from '../toolkit/index.ts';

/** How lines look. */
export interface PacketLinesOptions {
  readonly isJson: boolean;
  readonly showsLink: boolean;
  /** Show no more than so many bytes of a packet. */
  readonly snapLength: number | undefined;
}

const billion = 1_000_000_000n;
const digits = (value: number | bigint, width: number): string => String(value).padStart(width, '0');

/** `HH:MM:SS.microseconds`, local time. */
function clockTime(timestampNs: bigint): string {
  const date = new Date(Number(timestampNs / 1_000_000n));
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => digits(part, 2)).join(':');
  return `${clock}.${digits((timestampNs % billion) / 1000n, 6)}`;
}

function layerJson(layer: Layer): Record<string, unknown> {
  const { protocol, ...fields } = layer;
  return { protocol, ...fields };
}

/** Collects lines, and writes them all at once. */
export class PacketLines {
  readonly #options: PacketLinesOptions;
  readonly #printer: PacketPrinter;
  #lines: string[] = [];

  constructor(options: PacketLinesOptions) {
    this.#options = options;
    this.#printer = new PacketPrinter({ showsLink: options.showsLink });
  }

  add(packet: Packet): void {
    const data = packet.data.subarray(0, this.#options.snapLength);
    const layers = decodePacket(packet.interface.linkType, data, packet.originalLength);
    this.#lines.push(this.#options.isJson ? this.#json(packet, data, layers) : this.#text(packet, layers));
  }

  /** Writes the lines; resolves when standard output takes more. */
  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    if (process.stdout.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        process.stdout.off('drain', done).off('error', done);
        resolve();
      };
      process.stdout.on('drain', done).on('error', done);
    });
  }

  #text({ timestampNs, originalLength }: Packet, layers: readonly Layer[]): string {
    return `${clockTime(timestampNs)} ${this.#printer.format(layers, originalLength)}`;
  }

  #json(packet: Packet, data: Uint8Array, layers: readonly Layer[]): string {
    const { timestampNs, originalLength, interface: from } = packet;
    return toJson({
      timestamp: `${timestampNs / billion}.${digits(timestampNs % billion, 9)}`,
      length: originalLength,
      captured: data.byteLength,
      linkType: from.linkType,
      interface: from.name,
      layers: layers.map(layerJson),
    });
  }
}
