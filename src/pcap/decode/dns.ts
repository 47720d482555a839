// DNS messages (RFC 1035).

import { ipv4Address, ipv6Address } from './addresses.ts';
import { classText, typeName } from './dns-names.ts';
import { after, type DnsLayer, type DnsRecord, type Layer, type Rest } from './layers.ts';

const headerBytes = 12;
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

type ValueReader = (cursor: DnsCursor, length: number, isDetailed: boolean) => string;

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
  SOA: (cursor, _, isDetailed) => {
    if (!isDetailed) return '';
    const names = [cursor.name(), cursor.name()];
    const numbers = Array.from({ length: 5 }, () => cursor.u16() * 65536 + cursor.u16());
    return [...names, ...numbers].join(' ');
  },
  SRV: (cursor) => {
    const [priority, weight, port] = [cursor.u16(), cursor.u16(), cursor.u16()];
    return `${cursor.name()}:${port} ${priority} ${weight}`;
  },
};

function readQuestion(cursor: DnsCursor, isMulticast: boolean): { name: string; type: string } {
  const name = cursor.name();
  const type = typeName(cursor.u16());
  const value = cursor.u16();
  // Of multicast DNS (RFC 6762) the first bit asks for an answer to this machine alone.
  const isUnicast = isMulticast && (value & 0x8000) !== 0;
  return { name, type: `${type}${isUnicast ? ' (QU)' : classText(value)}` };
}

/** What is read of records. */
interface DnsReading {
  readonly isDetailed: boolean;
  readonly isMulticast: boolean;
}

const optType = 41;

function readOptions(cursor: DnsCursor, name: string): DnsRecord {
  const size = cursor.u16();
  cursor.u16();
  const isDnssecOk = (cursor.u16() & 0x8000) !== 0;
  cursor.take(cursor.u16());
  return {
    name,
    type: typeName(optType),
    className: '',
    ttl: undefined,
    value: `UDPsize=${size}${isDnssecOk ? ' DO' : ''}`,
  };
}

/** Adds a record; what there is of it where the message ends within it. @throws EndOfMessage */
function readRecord(cursor: DnsCursor, records: DnsRecord[], { isDetailed, isMulticast }: DnsReading): void {
  const name = cursor.name();
  const typeNumber = cursor.u16();
  if (typeNumber === optType) {
    records.push(readOptions(cursor, name));
    return;
  }
  const type = typeName(typeNumber);
  const value = cursor.u16();
  const isFlush = isMulticast && (value & 0x8000) !== 0;
  const className = isFlush ? '(Cache flush)' : classText(value).trimStart();
  const ttl = cursor.u16() * 65536 + cursor.u16();
  const length = cursor.u16();
  const end = cursor.at + length;
  let text = '';
  try {
    if (Object.hasOwn(values, type)) text = values[type]?.(cursor, length, isDetailed) ?? '';
  } finally {
    records.push({ name, type, className, ttl, value: text });
  }
  cursor.at = end;
}

function flagText(flags: number): string {
  const on = (bit: number, character: string): string => (flags & bit ? character : '');
  if (flags & 0x8000) return `${on(0x400, '*')}${flags & 0x80 ? '' : '-'}${on(0x200, '|')}${on(0x20, '$')}`;
  return `${on(0x100, '+')}${on(0x10, '%')}`;
}

/** Adds a DNS message; nothing where it is too short to be one. */
export function decodeDns(rest: Rest, layers: Layer[], isMulticast = false): void {
  const { bytes, view, wireLength: length, scope } = rest;
  if (bytes.byteLength < headerBytes) {
    layers.push({ protocol: 'cut', of: 'domain' });
    return;
  }
  const bits = view.getUint16(2);
  const counts = [view.getUint16(4), view.getUint16(6), view.getUint16(8), view.getUint16(10)] as const;
  const cursor = new DnsCursor(bytes, headerBytes);
  const questions: { name: string; type: string }[] = [];
  const sections: [DnsRecord[], DnsRecord[], DnsRecord[]] = [[], [], []];
  let isTruncated = false;
  let isShown = true;
  try {
    for (let index = 0; index < counts[0]; index++) questions.push(readQuestion(cursor, isMulticast));
    for (const [section, records] of sections.entries()) {
      // The sections behind the answers are told of with more details only.
      isShown = section === 0 || scope.detail > 1;
      for (let index = 0; index < (counts[section + 1] ?? 0); index++)
        readRecord(cursor, records, { isDetailed: scope.detail > 0, isMulticast });
    }
  } catch (error) {
    if (!(error instanceof EndOfMessage)) throw error;
    isTruncated = isShown;
  }
  const [answers, authorities, additional] = sections;
  const layer: DnsLayer = {
    protocol: 'dns',
    id: view.getUint16(0),
    isResponse: (bits & 0x8000) !== 0,
    operation: (bits >> 11) & 15,
    responseCode: bits & 15,
    flags: flagText(bits),
    bits,
    ...{ questions, answers, authorities, additional, counts, length, isTruncated },
  };
  layers.push(layer);
}

/** A length of two bytes comes before the message. */
export function decodeDnsOverTcp(rest: Rest, layers: Layer[]): void {
  const [length, there] = [rest.bytes.byteLength >= 2 ? rest.view.getUint16(0) : 0, rest.wireLength - 2];
  if (length === there) decodeDns(after(rest, 2), layers);
  else
    layers.push({
      protocol: 'invalid',
      text: ` [prefix length(${length}) != length(${there})] (invalid)`,
      isPayload: true,
    });
}
