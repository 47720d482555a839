// Writes a generated pcap file as pcapng: usage: node bench/capture/to-pcapng.mjs IN.pcap OUT.pcapng
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CaptureReader, PcapngEncoder } from '../../dist/pcap/index.js';

const flushBytes = 4 << 20;

/** Enhanced Packet Blocks of one interface, microseconds. */
export function convertToPcapng(input, output) {
  const file = openSync(output, 'w');
  const encoder = new PcapngEncoder();
  const reader = new CaptureReader();
  reader.push(new Uint8Array(readFileSync(input)));
  let parts = [encoder.section(), encoder.interface({ linkType: 1, snapLength: 262_144, timestampDigits: 6 })];
  let size = 0;
  const flush = () => {
    writeSync(file, Buffer.concat(parts));
    parts = [];
    size = 0;
  };
  for (const item of reader.items()) {
    if (item.kind !== 'packet') continue;
    const block = encoder.packet(item);
    parts.push(block);
    size += block.byteLength;
    if (size > flushBytes) flush();
  }
  flush();
  closeSync(file);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [input, output] = process.argv.slice(2);
  convertToPcapng(input, output);
}
