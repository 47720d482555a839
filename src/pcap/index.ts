/**
 * Capture files: pcap and pcapng in both byte orders, read as streams (plain, gzip or zstd) and written; packets in words.
 * Input: bytes as they come; output: interfaces, packets and other blocks in file order, or the bytes of files.
 * @module
 */
export { encodeOptions, optionCodes, parseOptions, textOption } from './block-options.ts';
export { captureFormat } from './capture-format.ts';
export { CaptureReader } from './capture-reader.ts';
export { decodePacket } from './decode/decode-packet.ts';
export type { PacketPrinterOptions } from './decode/format-packet.ts';
export { PacketPrinter } from './decode/format-packet.ts';
export type { Layer } from './decode/layers.ts';
export type { DumpStyle } from './decode/packet-dump.ts';
export { dumpPacket, linkHeaderBytes } from './decode/packet-dump.ts';
export { compressionOf, decompress } from './decompress.ts';
export { maxCapturedBytes } from './limits.ts';
export type { PcapHeaderFacts, PcapLayout } from './pcap-header.ts';
export { encodePcapHeader, parsePcapHeader, pcapHeaderBytes } from './pcap-header.ts';
export type { PacketRecord } from './pcap-writer.ts';
export { cutRecord, PcapEncoder } from './pcap-writer.ts';
export { blockTypes } from './pcapng-blocks.ts';
export type { InterfaceFacts, InterfaceStatistics, PacketExtras } from './pcapng-writer.ts';
export { cutPacketBlock, PcapngEncoder } from './pcapng-writer.ts';
export type { CaptureSource } from './read-capture.ts';
export { readCapture, readPackets } from './read-capture.ts';
export type {
  BlockOption,
  CaptureFormat,
  CaptureInterface,
  CaptureItem,
  InterfaceItem,
  OtherBlock,
  Packet,
  Section,
} from './types.ts';
