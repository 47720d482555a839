// Options of neighbor discovery (RFC 4861, 8106) in tcpdump's words, a line each.

import { ipv6Address, macAddress } from './addresses.ts';
import type { Rest } from './layers.ts';
import { dumpPacket } from './packet-dump.ts';

/** A message, and its text so far. */
export interface Message {
  readonly rest: Rest;
  text: string;
  /** Its length is in the text, or not told. */
  hasLength: boolean;
}

/** The IPv6 address at an offset. @throws RangeError beyond what was captured */
export function addressAt({ view, bytes }: Pick<Rest, 'view' | 'bytes'>, at: number): string {
  view.getBigUint64(at + 8);
  return ipv6Address(bytes.subarray(at, at + 16));
}

/** One option: all its bytes. */
interface Option {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

const prefixFlags = [
  [0x80, 'onlink'],
  [0x40, 'auto'],
  [0x20, 'router'],
] as const;

const seconds = (value: number): string => (value === 0xffff_ffff ? 'infinity' : `${value}s`);

function prefixText({ view, bytes }: Option): string {
  const bits = view.getUint8(3);
  const flags = prefixFlags.flatMap(([bit, name]) => (bits & bit ? [name] : [])).join(', ') || 'none';
  const prefix = `${addressAt({ view, bytes }, 16)}/${view.getUint8(2)}${bytes.length === 32 ? '' : '(invalid length)'}`;
  return `${prefix}, Flags [${flags}], valid time ${seconds(view.getUint32(4))}, pref. time ${seconds(view.getUint32(8))}`;
}

function serversText({ view, bytes }: Option): string {
  let text = ` lifetime ${seconds(view.getUint32(4))},`;
  for (let at = 8; at + 16 <= bytes.length; at += 16) text += ` addr: ${addressAt({ view, bytes }, at)}`;
  return text;
}

function domainsText({ view, bytes }: Option): string {
  let text = ` lifetime ${seconds(view.getUint32(4))}, domain(s):`;
  for (let at = 8; at < bytes.length && bytes[at] !== 0; at++) {
    text += ' ';
    for (let size = bytes[at] as number; size > 0; size = bytes[at] ?? 0) {
      text += `${String.fromCharCode(...bytes.subarray(at + 1, at + 1 + size))}.`;
      at += 1 + size;
    }
  }
  return text;
}

const options: Readonly<Record<number, readonly [name: string, describe: (option: Option) => string]>> = {
  1: ['source link-address', ({ bytes }): string => macAddress(bytes.subarray(2))],
  2: ['destination link-address', ({ bytes }): string => macAddress(bytes.subarray(2))],
  3: ['prefix info', prefixText],
  5: ['mtu', ({ view, bytes }): string => ` ${view.getUint32(4)}${bytes.length === 8 ? '' : 'bad option length'}`],
  7: ['advertisement interval', ({ view }): string => ` ${view.getUint32(4)}ms`],
  8: ['homeagent information', ({ view }): string => ` preference ${view.getInt16(4)}, lifetime ${view.getUint16(6)}`],
  25: ['rdnss', serversText],
  31: ['dnssl', domainsText],
};

/** Appends the options from an offset on. @throws RangeError where they are cut */
export function neighborOptions(message: Message, start: number): void {
  const { bytes, view, wireLength, scope } = message.rest;
  for (let at = start; at < wireLength; ) {
    const [type, units] = [view.getUint8(at), view.getUint8(at + 1)];
    const size = units * 8;
    if (size === 0 || at + size > bytes.byteLength) throw new RangeError('the option is cut');
    const option = {
      bytes: bytes.subarray(at, at + size),
      view: new DataView(bytes.buffer, bytes.byteOffset + at, size),
    };
    const [name, describe] = (Object.hasOwn(options, type) ? options[type] : undefined) ?? ['unknown', undefined];
    message.text += `\n\t  ${name} option (${type}), length ${size} (${units}): `;
    if (describe) message.text += describe(option);
    if (!describe || scope.detail > 1) {
      const indent = scope.detail > 1 ? '\n\t    ' : '\n\t  ';
      message.text += dumpPacket(option.bytes.subarray(2), 'hex').replaceAll('\n\t', indent);
    }
    if (!describe && scope.detail < 2) return;
    at += size;
  }
}
