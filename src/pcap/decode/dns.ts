// DNS messages (RFC 1035).

import { ipv4Address, ipv6Address } from './addresses.ts';
import type { DnsLayer, DnsRecord, Layer, Rest } from './layers.ts';

const headerBytes = 12;
const typeNames: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  35: 'NAPTR',
  39: 'DNAME',
  41: 'OPT',
  43: 'DS',
  44: 'SSHFP',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  50: 'NSEC3',
  52: 'TLSA',
  64: 'SVCB',
  65: 'HTTPS',
  99: 'SPF',
  252: 'AXFR',
  255: 'ANY',
  257: 'CAA',
};

/** Thrown within this file where the message ends before a field. */
class EndOfMessage extends Error {}

class DnsCursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  u8(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new EndOfMessage();
    return value;
  }

  u16(): number {
    return (this.u8() << 8) | this.u8();
  }

  take(size: number): Uint8Array {
    if (this.at + size > this.bytes.byteLength) throw new EndOfMessage();
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  /** A name with its final dot; follows compression pointers, which must point backwards. */
  name(): string {
    const labels: string[] = [];
    let end = -1;
    for (let limit = this.at; ; ) {
      const length = this.u8();
      if (length === 0) break;
      if (length < 64) {
        labels.push(text(this.take(length)));
        continue;
      }
      const target = ((length & 0x3f) << 8) | this.u8();
      if (end < 0) end = this.at;
      if (length < 0xc0 || target >= limit) throw new EndOfMessage();
      limit = target;
      this.at = target;
    }
    if (end >= 0) this.at = end;
    return labels.length === 0 ? '.' : `${labels.join('.')}.`;
  }
}

/** Bytes outside printable ASCII as tcpdump writes them: `^A`, `M-a`. */
export function text(bytes: Uint8Array): string {
  const printable = (byte: number): string => {
    if (byte > 0x7f) return `M-${printable(byte & 0x7f)}`;
    return byte < 0x20 || byte === 0x7f ? `^${String.fromCharCode(byte ^ 0x40)}` : String.fromCharCode(byte);
  };
  return Array.from(bytes, printable).join('');
}

type ValueReader = (cursor: DnsCursor, length: number) => string;

const nameValue: ValueReader = (cursor) => cursor.name();

const values: Readonly<Record<string, ValueReader>> = {
  A: (cursor) => ipv4Address(cursor.take(4)),
  AAAA: (cursor) => ipv6Address(cursor.take(16)),
  NS: nameValue,
  CNAME: nameValue,
  PTR: nameValue,
  DNAME: nameValue,
  MX: (cursor) => {
    const preference = cursor.u16();
    return `${cursor.name()} ${preference}`;
  },
  TXT: (cursor, length) => {
    const end = cursor.at + length;
    const parts: string[] = [];
    while (cursor.at < end) parts.push(`"${text(cursor.take(cursor.u8()))}"`);
    return parts.join(' ');
  },
  SRV: (cursor) => {
    const [priority, weight, port] = [cursor.u16(), cursor.u16(), cursor.u16()];
    return `${cursor.name()}:${port} ${priority} ${weight}`;
  },
};

const typeName = (type: number): string => typeNames[type] ?? `Type${type}`;

function readQuestion(cursor: DnsCursor): { name: string; type: string } {
  const name = cursor.name();
  const type = typeName(cursor.u16());
  cursor.u16();
  return { name, type };
}

function readRecord(cursor: DnsCursor): DnsRecord {
  const name = cursor.name();
  const type = typeName(cursor.u16());
  cursor.u16();
  const ttl = cursor.u16() * 65536 + cursor.u16();
  const length = cursor.u16();
  const end = cursor.at + length;
  const value = Object.hasOwn(values, type) ? (values[type]?.(cursor, length) ?? '') : '';
  cursor.at = end;
  return { name, type, ttl, value };
}

function flagText(flags: number): string {
  const on = (bit: number, character: string): string => (flags & bit ? character : '');
  if (flags & 0x8000) return `${on(0x400, '*')}${flags & 0x80 ? '' : '-'}${on(0x200, '|')}${on(0x20, '$')}`;
  return `${on(0x100, '+')}${on(0x20, '$')}${on(0x10, '%')}`;
}

/** Adds a DNS message; nothing where it is too short to be one. */
export function decodeDns(rest: Rest, layers: Layer[]): void {
  const { bytes, view, wireLength } = rest;
  if (bytes.byteLength < headerBytes) {
    layers.push({ protocol: 'cut', of: 'domain' });
    return;
  }
  const flags = view.getUint16(2);
  const counts = [view.getUint16(4), view.getUint16(6), view.getUint16(8), view.getUint16(10)] as const;
  const questions: { name: string; type: string }[] = [];
  const answers: DnsRecord[] = [];
  const cursor = new DnsCursor(bytes, headerBytes);
  let isTruncated = false;
  try {
    for (let index = 0; index < counts[0]; index++) questions.push(readQuestion(cursor));
    for (let index = 0; index < counts[1]; index++) answers.push(readRecord(cursor));
  } catch (error) {
    if (!(error instanceof EndOfMessage)) throw error;
    isTruncated = true;
  }
  const layer: DnsLayer = {
    protocol: 'dns',
    id: view.getUint16(0),
    isResponse: (flags & 0x8000) !== 0,
    operation: (flags >> 11) & 15,
    responseCode: flags & 15,
    flags: flagText(flags),
    questions,
    answers,
    counts,
    length: wireLength,
    isTruncated,
  };
  layers.push(layer);
}
