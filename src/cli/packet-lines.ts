// Packets as lines on standard output: as tcpdump prints them, or as JSON.

import { interfaceName } from '../api/index.ts';
import type { Layer, Packet } from '../pcap/index.ts';
import {
  type DumpStyle,
  decodePacket,
  dumpPacket,
  linkHeaderBytes,
  PacketPrinter,
  type PacketPrinterOptions,
} from '../pcap/index.ts';
import { toJson } from '../toolkit/index.ts';
import { PacketTimes, type TimeStyle } from './packet-times.ts';

/** How lines look. */
export interface PacketLinesOptions extends Omit<PacketPrinterOptions, 'hasDump' | 'interfaceName'> {
  readonly isJson: boolean;
  readonly isNumbered: boolean;
  readonly times: TimeStyle;
  /** The bytes below each line; from the link header on with `includesLink`. */
  readonly dump: { readonly style: DumpStyle; readonly includesLink: boolean } | undefined;
  /** Show no more than so many bytes of a packet. */
  readonly snapLength: number | undefined;
}

const billion = 1_000_000_000n;

function layerJson(layer: Layer): Record<string, unknown> {
  const { protocol, ...fields } = layer;
  return { protocol, ...fields };
}

/** Collects lines, and writes them all at once. */
export class PacketLines {
  readonly #options: PacketLinesOptions;
  readonly #printer: PacketPrinter;
  readonly #times: PacketTimes;
  #lines: string[] = [];
  #count = 0;

  constructor(options: PacketLinesOptions) {
    const { dump, times } = options;
    this.#options = options;
    const hasDump = dump !== undefined && dump.style !== 'characters';
    this.#printer = new PacketPrinter({ ...options, interfaceName, hasDump });
    this.#times = new PacketTimes(times);
  }

  add(packet: Packet): void {
    const data = packet.data.subarray(0, this.#options.snapLength);
    const { linkType } = packet.interface;
    const layers = decodePacket(linkType, data, packet.originalLength, this.#options.detail);
    this.#lines.push(this.#options.isJson ? this.#json(packet, data, layers) : this.#text(packet, data, layers));
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

  #text({ timestampNs, originalLength, interface: from }: Packet, data: Uint8Array, layers: readonly Layer[]): string {
    const { isNumbered, dump } = this.#options;
    const number = isNumbered ? `${String(++this.#count).padStart(5)}  ` : '';
    const line = `${number}${this.#times.text(timestampNs)}${this.#printer.format(layers, originalLength)}`;
    if (!dump) return line;
    const start = dump.includesLink ? 0 : linkHeaderBytes(from.linkType, layers);
    return line + dumpPacket(data.subarray(start), dump.style);
  }

  #json(packet: Packet, data: Uint8Array, layers: readonly Layer[]): string {
    const { timestampNs, originalLength, interface: from } = packet;
    return toJson({
      timestamp: `${timestampNs / billion}.${String(timestampNs % billion).padStart(9, '0')}`,
      length: originalLength,
      captured: data.byteLength,
      linkType: from.linkType,
      interface: from.name,
      layers: layers.map(layerJson),
    });
  }
}
