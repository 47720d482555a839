// Writes a pcap file with a realistic mix of traffic: usage: node bench/capture/generate.mjs FILE [PACKETS]
// TCP (web, TLS, others), UDP (DNS, QUIC, others), ICMP, ARP, IPv6, VLAN tags; mean length near 509 bytes; seed-fixed.
import { closeSync, openSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomNumbers(509);
const pick = (limit) => Math.floor(random() * limit);

/** Kinds of packets by share: builder, port or protocol. */
const mix = [
  [0.16, 'tcp', 80],
  [0.42, 'tcp', 443],
  [0.1, 'tcp', 0],
  [0.06, 'udp', 53],
  [0.12, 'udp', 443],
  [0.06, 'udp', 0],
  [0.02, 'icmp', 0],
  [0.02, 'arp', 0],
  [0.04, 'ip6', 443],
];

/** Sizes on the wire: acknowledgements, middle-sized, full. */
function frameLength() {
  const at = random();
  if (at < 0.565) return 60 + pick(40);
  if (at < 0.72) return 100 + pick(800);
  return 1400 + pick(115);
}

function pickKind() {
  let at = random();
  for (const kind of mix) {
    at -= kind[0];
    if (at < 0) return kind;
  }
  return mix[0];
}

const protocols = { tcp: 6, udp: 17, icmp: 1 };

function ipv4(view, { start, length }, [, kind, port]) {
  view.setUint8(start, 0x45);
  view.setUint16(start + 2, length);
  view.setUint16(start + 4, pick(65536));
  view.setUint8(start + 6, 0x40);
  view.setUint8(start + 8, 64);
  view.setUint8(start + 9, protocols[kind]);
  view.setUint32(start + 12, 0x0a000000 + pick(4096));
  view.setUint32(start + 16, 0xc0a80000 + pick(4096));
  transport(view, { start: start + 20, length: length - 20 }, kind, port);
}

function transport(view, { start, length }, kind, port) {
  const other = port || 1024 + pick(60000);
  const isReply = random() < 0.5;
  const client = 32768 + pick(28000);
  view.setUint16(start, isReply ? other : client);
  view.setUint16(start + 2, isReply ? client : other);
  if (kind === 'udp') {
    view.setUint16(start + 4, length);
  } else if (kind === 'icmp') {
    view.setUint16(start, 0x0800);
  } else {
    view.setUint32(start + 4, pick(2 ** 32));
    view.setUint32(start + 8, pick(2 ** 32));
    view.setUint16(start + 12, 0x5010);
    view.setUint16(start + 14, 501);
  }
}

/** Fills a frame and returns its length. */
function frame(bytes, view, start) {
  const kind = pickKind();
  const length = kind[1] === 'arp' ? 60 : frameLength();
  bytes.fill(0, start, start + 96);
  bytes.set([2, 0, 0, 0, 0, pick(256), 2, 0, 0, 0, 1, pick(256)], start);
  let at = start + 12;
  if (random() < 0.03) {
    view.setUint32(at, 0x81000000 + pick(4094) + 1);
    at += 4;
  }
  const rest = start + length - at - 2;
  if (kind[1] === 'arp') {
    view.setUint16(at, 0x0806);
    bytes.set([0, 1, 8, 0, 6, 4, 0, 1], at + 2);
  } else if (kind[1] === 'ip6') {
    view.setUint16(at, 0x86dd);
    bytes[at + 2] = 0x60;
    view.setUint16(at + 6, Math.max(0, rest - 40));
    bytes[at + 8] = 6;
    bytes[at + 9] = 64;
    bytes.set([0x20, 1, 0x0d, 0xb8], at + 10);
    bytes.set([0x20, 1, 0x0d, 0xb8], at + 26);
    transport(view, { start: at + 42, length: rest - 40 }, 'tcp', kind[2]);
  } else {
    view.setUint16(at, 0x0800);
    ipv4(view, { start: at + 2, length: rest }, kind);
  }
  return length;
}

/** Writes `packets` packets; returns the size of the file. */
export function generate(path, packets = 2_000_000) {
  const file = openSync(path, 'w');
  const bytes = new Uint8Array(4 << 20);
  for (let at = 0; at < bytes.length; at++) bytes[at] = at * 31;
  const view = new DataView(bytes.buffer);
  let size = 0;
  let at = 24;
  const flush = () => {
    writeSync(file, bytes, 0, at);
    size += at;
    at = 0;
  };
  [0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1].forEach((word, index) => {
    view.setUint32(index * 4, word, true);
  });
  for (let index = 0; index < packets; index++) {
    if (at + 2048 > bytes.length) flush();
    const length = frame(bytes, view, at + 16);
    view.setUint32(at, 1_700_000_000 + Math.floor(index / 20_000), true);
    view.setUint32(at + 4, (index % 20_000) * 50, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, length, true);
    at += 16 + length;
  }
  flush();
  closeSync(file);
  return size;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, packets] = process.argv.slice(2);
  console.log(generate(path, packets ? Number(packets) : undefined));
}
